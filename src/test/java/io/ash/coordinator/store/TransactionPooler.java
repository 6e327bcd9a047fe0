package io.ash.coordinator.store;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/**
 * A small transaction pooler for tests: clients sign in to it, and each transaction of a client
 * takes the server session that was given back last. Confined to one event loop.
 */
final class TransactionPooler {
  private final Vertx vertx;
  private final DatabaseUrl server;
  private final boolean refusesSettings;
  private final Deque<Backend> idle = new ArrayDeque<>();
  private final NetServer listener;

  TransactionPooler(Vertx vertx, DatabaseUrl server, boolean refusesSettings) {
    this.vertx = vertx;
    this.server = server;
    this.refusesSettings = refusesSettings;
    this.listener = vertx.createNetServer().connectHandler(socket -> new Client(socket).open());
  }

  /** Listens on loopback and returns its URL for the same database. */
  Future<String> start() {
    return listener
        .listen(0, "127.0.0.1")
        .map(
            bound ->
                "postgresql://"
                    + server.user()
                    + "@127.0.0.1:"
                    + bound.actualPort()
                    + "/"
                    + server.database()
                    + "?sslmode=disable");
  }

  /** One client; at most one server session, held from its first message to ReadyForQuery 'I'. */
  private final class Client {
    private final NetSocket socket;
    private Buffer pending = Buffer.buffer();
    private boolean signedIn;
    private Backend backend;
    private boolean taking;

    Client(NetSocket socket) {
      this.socket = socket;
    }

    void open() {
      socket.handler(
          data -> {
            pending.appendBuffer(data);
            forward();
          });
      socket.closeHandler(
          v -> {
            if (backend != null) {
              backend.socket.close();
            }
          });
    }

    private void forward() {
      if (!signedIn) {
        signIn();
      } else if (backend != null) {
        backend.socket.write(pending);
        pending = Buffer.buffer();
      } else if (!taking && pending.length() > 0) {
        taking = true;
        take().onSuccess(this::took).onFailure(e -> socket.close());
      }
    }

    private void signIn() {
      if (pending.length() < 4 || pending.length() < pending.getInt(0)) {
        return;
      }
      String settings = pending.getString(8, pending.getInt(0), "UTF-8");
      pending = pending.getBuffer(pending.getInt(0), pending.length());
      if (refusesSettings && settings.contains("search_path")) {
        socket.write(error("08P01", "unsupported startup parameter: search_path"));
        socket.close();
        return;
      }
      signedIn = true;
      socket.write(
          Buffer.buffer()
              .appendBuffer(message('R', Buffer.buffer().appendInt(0)))
              .appendBuffer(parameter("server_version", "17.0"))
              .appendBuffer(parameter("client_encoding", "UTF8"))
              .appendBuffer(message('K', Buffer.buffer().appendInt(4711).appendInt(42)))
              .appendBuffer(message('Z', Buffer.buffer().appendByte((byte) 'I'))));
    }

    private void took(Backend taken) {
      taking = false;
      backend = taken;
      taken.client = this;
      forward();
    }

    void release() {
      idle.push(backend);
      backend = null;
    }
  }

  private Future<Backend> take() {
    return idle.isEmpty() ? connect() : Future.succeededFuture(idle.pop());
  }

  static SocketAddress address(DatabaseUrl server) {
    return server.host().startsWith("/")
        ? SocketAddress.domainSocketAddress(server.host() + "/.s.PGSQL." + server.port())
        : SocketAddress.inetSocketAddress(server.port(), server.host());
  }

  private Future<Backend> connect() {
    return vertx
        .createNetClient()
        .connect(address(server))
        .compose(socket -> new Backend(socket).open());
  }

  /** One session of the server, signed in without a password. */
  private final class Backend {
    private final NetSocket socket;
    private final io.vertx.core.Promise<Backend> ready = io.vertx.core.Promise.promise();
    private Buffer incoming = Buffer.buffer();
    private Client client;

    Backend(NetSocket socket) {
      this.socket = socket;
    }

    Future<Backend> open() {
      socket.handler(this::read);
      socket.closeHandler(v -> idle.remove(this));
      Map<String, String> settings = new HashMap<>();
      settings.put("user", server.user());
      settings.put("database", server.database());
      Buffer body = Buffer.buffer().appendInt(196_608);
      settings.forEach((k, v) -> body.appendBuffer(text(k)).appendBuffer(text(v)));
      body.appendByte((byte) 0);
      socket.write(Buffer.buffer().appendInt(body.length() + 4).appendBuffer(body));
      return ready.future();
    }

    private void read(Buffer data) {
      incoming.appendBuffer(data);
      while (incoming.length() >= 5 && incoming.length() > incoming.getInt(1)) {
        int end = 1 + incoming.getInt(1);
        Buffer one = incoming.getBuffer(0, end);
        incoming = incoming.getBuffer(end, incoming.length());
        deliver(one);
      }
    }

    private void deliver(Buffer message) {
      boolean isReady = message.getByte(0) == 'Z';
      if (!ready.future().isComplete()) {
        if (isReady) {
          ready.complete(this);
        }
        return;
      }
      Client current = client;
      if (current == null) {
        return; // nobody holds this session: what it says now is lost, as with a real pooler
      }
      current.socket.write(message);
      if (isReady && message.getByte(5) == 'I') {
        client = null;
        current.release();
      }
    }
  }

  private static Buffer message(char type, Buffer body) {
    return Buffer.buffer().appendByte((byte) type).appendInt(body.length() + 4).appendBuffer(body);
  }

  private static Buffer parameter(String name, String value) {
    return message('S', text(name).appendBuffer(text(value)));
  }

  private static Buffer error(String state, String text) {
    return message(
        'E',
        Buffer.buffer()
            .appendString("SFATAL\0C" + state + "\0M" + text + "\0")
            .appendByte((byte) 0));
  }

  private static Buffer text(String value) {
    return Buffer.buffer(value.getBytes(StandardCharsets.UTF_8)).appendByte((byte) 0);
  }
}
