/** The coordinator wing: answers runners, keeps the duties, opens and closes its doors. */
@NullMarked
package io.ash.coordinator;

import org.jspecify.annotations.NullMarked;
