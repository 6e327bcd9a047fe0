/** Measures a server of this API from outside: closed loops, warm-up, exact percentiles. */
@NullMarked
package io.ash.app.bench;

import org.jspecify.annotations.NullMarked;
