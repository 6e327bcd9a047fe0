package io.ash.house;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** The architecture as a test: rooms, doors, clocks, statics, names. */
class DoorsTest {
  private static final JavaClasses HOUSE =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_JARS)
          .importPackages("io.ash");
  private static final Leaks LEAKS = new Leaks(Rooms.ASH, HOUSE);

  /** Rooms whose threads are their own: worker code that waits for children and files. */
  private static final Set<String> MAY_WAIT =
      Set.of("app", "process", "coordinator.embedded", "runner.sandbox");

  @Test
  void noRoomReachesThroughAWall() {
    assertThat(LEAKS.throughWalls()).isEmpty();
  }

  @Test
  void everyClassStandsInARoomOfTheTable() {
    assertThat(
            HOUSE.stream()
                .map(JavaClass::getPackageName)
                .filter(p -> !Rooms.ASH.doors().containsKey(Rooms.ASH.roomOf(p).orElse(p)))
                .collect(Collectors.toSet()))
        .isEmpty();
  }

  @Test
  void onlyTheStoreSpeaksSql() {
    assertThat(LEAKS.throughLibraryDoor("io.vertx.sqlclient", Set.of("coordinator.store")))
        .isEmpty();
    assertThat(LEAKS.throughLibraryDoor("io.vertx.pgclient", Set.of("coordinator.store")))
        .isEmpty();
    assertThat(LEAKS.throughLibraryDoor("java.sql", Set.of())).isEmpty();
  }

  @Test
  void onlyTheDepotSpeaksS3() {
    assertThat(LEAKS.throughLibraryDoor("software.amazon.awssdk", Set.of("blob.depot"))).isEmpty();
  }

  @Test
  void onlyTheLinkUsesTheEventBus() {
    assertThat(LEAKS.throughLibraryDoor("io.vertx.core.eventbus", Set.of("link"))).isEmpty();
  }

  @Test
  void onlyThreeRoomsRouteRequests() {
    assertThat(
            LEAKS.throughLibraryDoor(
                "io.vertx.ext.web.", Set.of("coordinator.http", "link", "telemetry")))
        .isEmpty();
  }

  @Test
  void onlyConfigAndAppReadTheEnvironment() {
    assertThat(
            LEAKS.calls("reads the environment", on(System.class, "getenv"), only("config", "app")))
        .isEmpty();
  }

  @Test
  void onlyTimeAsksClocksAndSetsTimers() {
    Predicate<JavaAccess<?>> clock =
        on(System.class, "nanoTime", "currentTimeMillis")
            .or(on(java.time.Instant.class, "now"))
            .or(on(java.time.LocalDate.class, "now"))
            .or(on(java.time.LocalDateTime.class, "now"))
            .or(on(java.time.ZonedDateTime.class, "now"))
            .or(on(java.time.OffsetDateTime.class, "now"))
            .or(on(java.time.Clock.class, "systemUTC", "systemDefaultZone", "system"))
            .or(on(java.util.Date.class, "<init>"))
            .or(on(java.util.Timer.class, "<init>"))
            .or(on(io.vertx.core.Vertx.class, "setTimer", "setPeriodic", "timer"))
            .or(on(io.vertx.core.Future.class, "timeout"))
            .or(on(java.util.concurrent.Executors.class, "newScheduledThreadPool"))
            .or(
                on(
                    java.util.concurrent.CompletableFuture.class,
                    "orTimeout",
                    "completeOnTimeout",
                    "delayedExecutor"));
    assertThat(LEAKS.calls("asks a clock", clock, only("time"))).isEmpty();
    assertThat(
            LEAKS.calls(
                "makes a clock", on(java.time.InstantSource.class, "system"), only("time", "app")))
        .isEmpty();
  }

  @Test
  void onlyTwoRoomsStartProcesses() {
    Predicate<JavaAccess<?>> spawn =
        on(ProcessBuilder.class, "<init>", "start")
            .or(on(Runtime.class, "exec"))
            .or(a -> a.getTargetOwner().getName().equals("io.ash.process.Spawner"));
    assertThat(
            LEAKS.calls(
                "starts processes",
                spawn,
                only("process", "runner.sandbox", "coordinator.embedded", "app", "app.client")))
        .isEmpty();
    Predicate<JavaAccess<?>> start =
        on(ProcessBuilder.class, "<init>", "start").or(on(Runtime.class, "exec"));
    assertThat(LEAKS.calls("starts processes itself", start, only("process"))).isEmpty();
  }

  @Test
  void nobodySleeps() {
    assertThat(
            LEAKS.calls(
                "sleeps",
                on(Thread.class, "sleep").or(on(java.util.concurrent.TimeUnit.class, "sleep")),
                Set.of()))
        .isEmpty();
  }

  @Test
  void onlyRoomsWithThreadsOfTheirOwnWait() {
    Predicate<JavaAccess<?>> wait =
        on(java.util.concurrent.CompletableFuture.class, "get", "join")
            .or(on(java.util.concurrent.Future.class, "get"))
            .or(on(io.vertx.core.Future.class, "await"))
            .or(on(java.util.concurrent.CountDownLatch.class, "await"))
            .or(on(java.util.concurrent.Semaphore.class, "acquire"))
            .or(on(Thread.class, "join"))
            .or(on(Process.class, "waitFor"));
    assertThat(LEAKS.calls("waits", wait, MAY_WAIT)).isEmpty();
  }

  @Test
  void nothingStaticChanges() {
    assertThat(LEAKS.changingStatics()).isEmpty();
  }

  @Test
  void everyRoomSaysWhatItIs() {
    for (String name :
        HOUSE.stream()
            .map(JavaClass::getPackageName)
            .collect(Collectors.toCollection(java.util.TreeSet::new))) {
      assertThat(packageInfo(name)).as("package-info of %s", name).isTrue();
    }
  }

  @Test
  void namesSayWhatAThingIs() {
    assertThat(
            HOUSE.stream()
                .map(JavaClass::getSimpleName)
                .filter(n -> n.matches(".*(Manager|Helper|Utils?|Common|Base|Impl|Service)")))
        .isEmpty();
  }

  @Test
  void noFileIsLongerThanFourHundredLines() throws IOException {
    try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
      List<Path> sources = files.filter(f -> f.toString().endsWith(".java")).toList();
      for (Path source : sources) {
        assertThat(Files.readAllLines(source).size()).as("%s", source).isLessThanOrEqualTo(400);
      }
    }
  }

  private static boolean packageInfo(String name) {
    try {
      return Class.forName(name + ".package-info").isAnnotationPresent(NullMarked.class);
    } catch (ClassNotFoundException e) {
      return false;
    }
  }

  private static Set<String> only(String... rooms) {
    return Set.of(rooms);
  }

  private static Predicate<JavaAccess<?>> on(Class<?> owner, String... methods) {
    Set<String> names = Set.of(methods);
    return a -> a.getTargetOwner().isEquivalentTo(owner) && names.contains(a.getTarget().getName());
  }
}
