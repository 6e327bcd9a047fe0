/** What is removed when nobody needs it any more: blobs, stray bytes, sessions past retention. */
@NullMarked
package io.ash.coordinator.upkeep;

import org.jspecify.annotations.NullMarked;
