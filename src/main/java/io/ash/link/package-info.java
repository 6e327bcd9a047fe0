/** Carries the two interfaces of {@code wire}: the event bus inside one JVM. */
@NullMarked
package io.ash.link;

import org.jspecify.annotations.NullMarked;
