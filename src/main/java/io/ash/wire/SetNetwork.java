package io.ash.wire;

import io.ash.model.Binding;
import io.ash.model.NetworkPolicy;

/** Change what a running sandbox may reach; what is open and no longer allowed is cut. */
public record SetNetwork(Binding binding, NetworkPolicy policy) {}
