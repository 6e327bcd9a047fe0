package io.ash.wire;

import io.ash.model.Binding;
import java.util.List;

/** Ask which blobs are missing. */
public record FindBlobs(Binding binding, List<String> keys) {}
