package io.ash.wire;

import java.util.List;

/** Regular files of a workspace. */
public record FileList(List<FileEntry> files) {}
