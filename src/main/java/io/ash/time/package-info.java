/**
 * Time and the loop: the only room that asks the clock or sets a timer, so that tests can move it;
 * and the check that what belongs to one loop is touched on it.
 */
@NullMarked
package io.ash.time;

import org.jspecify.annotations.NullMarked;
