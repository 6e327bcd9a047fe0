package io.ash.house;

import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaModifier;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/** Looks through compiled classes for imports and calls that the house does not allow. */
final class Leaks {
  private final Rooms rooms;
  private final JavaClasses classes;

  Leaks(Rooms rooms, JavaClasses classes) {
    this.rooms = rooms;
    this.classes = classes;
  }

  /** Every use of a room through a wall: room, class, forbidden room. */
  Set<String> throughWalls() {
    Set<String> found = new TreeSet<>();
    for (JavaClass c : classes) {
      String from = room(c);
      c.getDirectDependenciesFromSelf()
          .forEach(
              use ->
                  rooms
                      .roomOf(use.getTargetClass().getBaseComponentType().getPackageName())
                      .filter(to -> !rooms.open(from, to))
                      .ifPresent(
                          to ->
                              found.add(
                                  "room %s: %s must not import room %s (%s)"
                                      .formatted(
                                          from,
                                          c.getName(),
                                          to,
                                          use.getTargetClass()
                                              .getBaseComponentType()
                                              .getSimpleName()))));
    }
    return found;
  }

  /** Every use of a library's packages outside the rooms that have its door. */
  Set<String> throughLibraryDoor(String library, Set<String> allowed) {
    Set<String> found = new TreeSet<>();
    for (JavaClass c : classes) {
      String from = room(c);
      if (!allowed.contains(from)) {
        c.getDirectDependenciesFromSelf().stream()
            .map(use -> use.getTargetClass().getBaseComponentType())
            .filter(target -> target.getName().startsWith(library))
            .forEach(
                target ->
                    found.add(
                        "room %s: %s must not use %s; only %s may"
                            .formatted(from, c.getName(), target.getName(), sorted(allowed))));
      }
    }
    return found;
  }

  /** Every call or method reference of one kind outside the rooms that may make it. */
  Set<String> calls(String what, Predicate<JavaAccess<?>> call, Set<String> allowed) {
    Set<String> found = new TreeSet<>();
    for (JavaClass c : classes) {
      String from = room(c);
      if (!allowed.contains(from)) {
        List<JavaAccess<?>> all = new ArrayList<>(c.getAccessesFromSelf());
        all.addAll(c.getMethodReferencesFromSelf());
        all.addAll(c.getConstructorReferencesFromSelf());
        all.stream()
            .filter(call)
            .forEach(
                a ->
                    found.add(
                        "room %s: %s %s with %s.%s; only %s may"
                            .formatted(
                                from,
                                c.getName(),
                                what,
                                a.getTargetOwner().getSimpleName(),
                                a.getTarget().getName(),
                                sorted(allowed))));
      }
    }
    return found;
  }

  /** Static fields whose value can change while the process runs. */
  Set<String> changingStatics() {
    Set<String> found = new TreeSet<>();
    for (JavaClass c : classes) {
      for (JavaField f : c.getFields()) {
        Set<JavaModifier> m = f.getModifiers();
        boolean counted = m.contains(JavaModifier.STATIC) && !m.contains(JavaModifier.SYNTHETIC);
        if (counted && (!m.contains(JavaModifier.FINAL) || isContainer(f.getRawType()))) {
          found.add("room %s: %s shares mutable state".formatted(room(c), f.getFullName()));
        }
      }
    }
    return found;
  }

  private static boolean isContainer(JavaClass type) {
    String name = type.getName();
    return name.startsWith("java.util.concurrent.")
        || name.matches("java\\.util\\.(Array|Linked|Hash|Tree|Identity|Weak|Enum|Priority).*")
        || name.matches("java\\.lang\\.(StringBuilder|StringBuffer|ThreadLocal)");
  }

  private String room(JavaClass c) {
    return rooms.roomOf(c.getPackageName()).orElse(c.getPackageName());
  }

  private static String sorted(Set<String> rooms) {
    return rooms.isEmpty() ? "nobody" : String.join(", ", new TreeSet<>(rooms));
  }
}
