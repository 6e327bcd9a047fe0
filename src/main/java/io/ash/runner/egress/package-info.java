/**
 * The only way out of a sandbox whose network is an allow-list.
 *
 * <p>Such a sandbox has a loopback and nothing else. On it listens a proxy of the server: tunnels
 * (CONNECT), plain HTTP, and routes to which a secret is added outside. Each destination is held
 * against the rules of the session, its name is resolved once, every address found is checked, and
 * what was checked is what is dialled. Whatever is refused is told with the reason and the remedy.
 */
@NullMarked
package io.ash.runner.egress;

import org.jspecify.annotations.NullMarked;
