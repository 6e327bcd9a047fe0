/**
 * The journal of sessions: appending in groups, and readers that follow from a cursor.
 *
 * <p>A reader subscribes to wake-ups first and reads then, so nothing falls between. What this
 * process appends is handed over from memory when it continues a reader's cursor; everything else
 * is read from the database.
 */
@NullMarked
package io.ash.coordinator.journal;

import org.jspecify.annotations.NullMarked;
