package io.ash.coordinator;

import io.ash.coordinator.fleet.FleetConfig;
import io.ash.coordinator.fleet.LostRunners;
import io.ash.coordinator.journal.DeltaRing;
import io.ash.coordinator.session.SessionRoom;
import io.ash.coordinator.upkeep.Upkeep;
import io.ash.time.Rounds;
import io.ash.time.Timers;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** The periodic duties of a coordinator; every coordinator keeps all of them. */
public final class Duties {
  private final Rounds lostRunners;
  private final List<Rounds> all;

  public Duties(
      SessionRoom sessions,
      LostRunners lost,
      DeltaRing ring,
      Upkeep upkeep,
      FleetConfig fleet,
      Timers timers) {
    Duration second = Duration.ofSeconds(1);
    Duration spread = Duration.ofMillis(200);
    lostRunners =
        new Rounds("LostRunners", timers, fleet.sweep(), fleet.sweepJitter(), lost::round);
    List<Rounds> urgent =
        List.of(
            lostRunners,
            new Rounds("UndeliveredTurns", timers, second, spread, sessions::undeliveredTurns),
            new Rounds("DeltaRing", timers, Duration.ofMinutes(5), second, ring::round),
            new Rounds("WarmAgents", timers, Duration.ofSeconds(2), spread, sessions::warmAgents),
            new Rounds("WantedSessions", timers, second, spread, sessions::wantedSessions));
    all = Stream.concat(urgent.stream(), upkeep.rounds(timers).stream()).toList();
  }

  /** Starts all of them. */
  public void start() {
    all.forEach(Rounds::start);
  }

  /** Looks for lost runners at once. */
  public void lookForLostRunners() {
    lostRunners.soon();
  }

  /** Stops all of them. */
  public void stop() {
    all.forEach(Rounds::stop);
  }
}
