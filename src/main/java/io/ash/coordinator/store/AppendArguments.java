package io.ash.coordinator.store;

import io.ash.model.Binding;
import io.ash.model.Event;
import io.ash.model.TurnStatus;
import io.ash.wire.EventBatch;
import io.vertx.sqlclient.Tuple;
import java.util.List;
import java.util.UUID;

/** Turns batches into the arrays of the append statement: eight by batch, six by event. */
final class AppendArguments {
  private AppendArguments() {}

  static Tuple of(List<EventBatch> batches) {
    int count = batches.size();
    UUID[] session = new UUID[count];
    Long[] epoch = new Long[count];
    String[] runner = new String[count];
    UUID[] incarnation = new UUID[count];
    Long[] first = new Long[count];
    Integer[] size = new Integer[count];
    Integer[] endsTurn = new Integer[count];
    String[] endsStatus = new String[count];
    int total = 0;
    for (int i = 0; i < count; i++) {
      EventBatch b = batches.get(i);
      Binding binding = b.binding();
      session[i] = binding.session().value();
      epoch[i] = binding.epoch();
      runner[i] = binding.runner();
      incarnation[i] = binding.incarnation();
      first[i] = b.firstNo();
      size[i] = b.events().size();
      Event last = b.events().get(size[i] - 1);
      TurnStatus ends = last.ends();
      endsTurn[i] = ends == null ? 0 : last.turn();
      endsStatus[i] = ends == null ? "" : ends.text();
      total += size[i];
    }
    Tuple args =
        Tuple.tuple()
            .addValue(session)
            .addValue(epoch)
            .addValue(runner)
            .addValue(incarnation)
            .addValue(first)
            .addValue(size)
            .addValue(endsTurn)
            .addValue(endsStatus);
    return addEvents(args, batches, total);
  }

  private static Tuple addEvents(Tuple args, List<EventBatch> batches, int total) {
    UUID[] session = new UUID[total];
    Long[] no = new Long[total];
    Integer[] turn = new Integer[total];
    String[] kind = new String[total];
    String[] body = new String[total];
    Boolean[] lasting = new Boolean[total];
    int i = 0;
    for (EventBatch b : batches) {
      long number = b.firstNo();
      for (Event e : b.events()) {
        session[i] = b.binding().session().value();
        no[i] = number++;
        turn[i] = e.turn();
        kind[i] = e.kind().text();
        body[i] = e.body();
        lasting[i] = e.kind().lasting();
        i++;
      }
    }
    return args.addValue(session)
        .addValue(no)
        .addValue(turn)
        .addValue(kind)
        .addValue(body)
        .addValue(lasting);
  }
}
