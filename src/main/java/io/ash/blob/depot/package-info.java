/**
 * Places outside the database where bytes of blobs lie: a shared directory, or a bucket that speaks
 * S3. Which blobs exist is never decided here.
 */
@NullMarked
package io.ash.blob.depot;

import org.jspecify.annotations.NullMarked;
