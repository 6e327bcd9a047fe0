package io.ash.runner.workspace;

import java.util.List;

/**
 * A state of both trees that is in the store, except for somebody who refers to it.
 *
 * @param manifest key of the manifest
 * @param blobs every key it refers to, the manifest included
 * @param changed whether it differs from the last one of this session
 * @param skipped what could not be kept, each with the reason; the first hundred
 * @param filesRead how many files had to be read to see what is in them
 * @param bytesRead how much was read of them, for looking and for sending
 * @param blobsStored how many blobs were sent
 */
public record Snapshot(
    String manifest,
    List<String> blobs,
    boolean changed,
    List<String> skipped,
    int filesRead,
    long bytesRead,
    int blobsStored) {}
