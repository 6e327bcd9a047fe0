package io.ash.runner.sandbox;

/**
 * What a machine, or the part of it that this server may use, has left.
 *
 * @param totalMb mebibytes of memory in all
 * @param availableMb mebibytes of memory that can be had without pushing anything out
 * @param stalled percent of the last ten seconds in which every process waited for memory; 0 where
 *     the kernel does not say
 * @param diskFreeMb mebibytes of disk that can be written
 */
public record MachineState(long totalMb, long availableMb, double stalled, long diskFreeMb) {
  /** As if there were no end of anything. */
  public static final MachineState PLENTY =
      new MachineState(Integer.MAX_VALUE, Integer.MAX_VALUE, 0, Integer.MAX_VALUE);
}
