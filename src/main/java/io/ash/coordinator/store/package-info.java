/**
 * The database: every SQL statement of ash, its tables, connections and migrations.
 *
 * <p>No other room names a SQL class. Statements go through {@link
 * io.ash.coordinator.store.Statements}; what fails on the way is one of three {@link
 * io.ash.coordinator.store.DatabaseFailure}s, everything else is a bug and passes as it is.
 */
@NullMarked
package io.ash.coordinator.store;

import org.jspecify.annotations.NullMarked;
