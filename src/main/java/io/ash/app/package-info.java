/** The roof: the command line, and the one place where rooms are wired together by hand. */
@NullMarked
package io.ash.app;

import org.jspecify.annotations.NullMarked;
