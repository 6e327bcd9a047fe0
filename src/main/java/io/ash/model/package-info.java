/**
 * Nouns of the house: ids, statuses, tables of moves, refusals, and what is remembered of them.
 * Pure JDK: no I/O, no JSON.
 */
@NullMarked
package io.ash.model;

import org.jspecify.annotations.NullMarked;
