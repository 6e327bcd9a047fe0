/**
 * Who is calling: API keys, tenants, tickets for one stream, and the seal on secrets at rest.
 *
 * <p>A key is shown once, when it is made; afterwards only its hash exists.
 */
@NullMarked
package io.ash.coordinator.auth;

import org.jspecify.annotations.NullMarked;
