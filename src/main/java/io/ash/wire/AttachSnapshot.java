package io.ash.wire;

import io.ash.model.Binding;
import java.util.List;

/**
 * Make a snapshot the newest of its session, or let the newest cover more.
 *
 * @param no previous number + 1; where the files are what the newest says, the number of that one
 * @param keep number of the snapshot that stays beside this one: the newest that could be read
 * @param unchanged whether the newest is to cover more instead of getting a successor
 * @param manifest key of the manifest blob
 * @param blobs keys of every blob it refers to, the manifest included; empty where unchanged
 * @param uplinkNo number of the last event of this epoch it covers
 * @param coversTurn the last turn whose changes are in it, 0 for none
 */
public record AttachSnapshot(
    Binding binding,
    int no,
    int keep,
    boolean unchanged,
    String manifest,
    List<String> blobs,
    long uplinkNo,
    int coversTurn) {}
