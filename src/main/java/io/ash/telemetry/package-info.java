/**
 * What a running server says about itself: health, metrics, and the facts behind both.
 *
 * <p>Nothing here is measured when somebody asks: facts are refreshed in the background, and an
 * answer is what was found last.
 */
@NullMarked
package io.ash.telemetry;

import org.jspecify.annotations.NullMarked;
