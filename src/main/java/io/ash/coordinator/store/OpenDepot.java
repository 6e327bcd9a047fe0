package io.ash.coordinator.store;

import io.ash.blob.depot.Dock;
import java.util.UUID;

/**
 * The depot that new blobs go to, as the database knows it.
 *
 * @param id of its row
 * @param mark what lies in it under the name of the mark
 */
public record OpenDepot(UUID id, String mark, Dock dock) {}
