/** Time: the only room that asks the clock or sets a timer, so that tests can move it. */
@NullMarked
package io.ash.time;

import org.jspecify.annotations.NullMarked;
