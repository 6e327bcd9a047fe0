/** Stories of the whole house, told by real processes over real sockets. */
@NullMarked
package io.ash.flow;

import org.jspecify.annotations.NullMarked;
