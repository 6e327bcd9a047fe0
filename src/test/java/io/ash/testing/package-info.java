/** Stand-ins that tests of several rooms share, each with a test of its own. */
@NullMarked
package io.ash.testing;

import org.jspecify.annotations.NullMarked;
