package io.ash.wire;

import io.ash.model.Binding;
import java.util.List;

/**
 * Make a snapshot the newest of its session.
 *
 * @param no previous number + 1
 * @param manifest key of the manifest blob
 * @param blobs keys of every blob it refers to, the manifest included
 * @param uplinkNo number of the last event of this epoch it covers
 */
public record AttachSnapshot(
    Binding binding, int no, String manifest, List<String> blobs, long uplinkNo) {}
