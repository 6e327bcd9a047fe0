package io.ash.app;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ConfiguratorRank;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.encoder.EncoderBase;
import ch.qos.logback.core.spi.ContextAwareBase;
import org.slf4j.LoggerFactory;

/**
 * Log lines on stdout, as text or as one JSON object each.
 *
 * <p>Found by logback itself, so that what is logged before the settings are read looks the same. A
 * configuration file named by {@code -Dlogback.configurationFile} wins.
 */
@ConfiguratorRank(ConfiguratorRank.CUSTOM_NORMAL_PRIORITY)
public final class Logging extends ContextAwareBase implements Configurator {
  private static final String FILE = "logback.configurationFile";

  /** A value with a line break could pass for a line of its own; breaks are shown instead. */
  private static final String TEXT =
      "%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX} %-5level %logger{0} - "
          + "%replace(%msg %kvp{NONE}){'[\\r\\n]+', '\\\\n'}%n%ex";

  /** How a line looks: the values of {@code ASH_LOG_FORMAT}. */
  enum Format {
    TEXT,
    JSON
  }

  /** What is logged at least: the values of {@code ASH_LOG_LEVEL}. */
  enum AtLeast {
    TRACE,
    DEBUG,
    INFO,
    WARN,
    ERROR
  }

  @Override
  public ExecutionStatus configure(LoggerContext context) {
    if (System.getProperty(FILE) != null) {
      return ExecutionStatus.INVOKE_NEXT_IF_ANY;
    }
    apply(context, AtLeast.INFO, Format.TEXT);
    return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
  }

  /** Changes level and format of the running process. */
  static void apply(AtLeast level, Format format) {
    if (System.getProperty(FILE) == null
        && LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
      context.reset();
      apply(context, level, format);
    }
  }

  /** Writes out what is still held back; nothing is logged afterwards. */
  static void flush() {
    if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
      context.stop();
    }
  }

  private static void apply(LoggerContext context, AtLeast level, Format format) {
    ConsoleAppender<ILoggingEvent> out = new ConsoleAppender<>();
    out.setContext(context);
    out.setName("stdout");
    out.setEncoder(format == Format.JSON ? json(context) : text(context));
    out.start();
    Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    root.setLevel(Level.WARN);
    root.addAppender(out);
    context.getLogger("io.ash").setLevel(Level.toLevel(level.name()));
    // listeners on several event loops share their gauges, which is what this logger warns of
    context.getLogger("io.micrometer.core.instrument.MeterRegistry").setLevel(Level.ERROR);
    if (level == AtLeast.TRACE) {
      root.setLevel(Level.DEBUG);
    }
  }

  private static Encoder<ILoggingEvent> text(LoggerContext context) {
    PatternLayoutEncoder encoder = new PatternLayoutEncoder();
    encoder.setPattern(TEXT);
    return started(context, encoder);
  }

  private static Encoder<ILoggingEvent> json(LoggerContext context) {
    JsonEncoder encoder = new JsonEncoder();
    encoder.setWithSequenceNumber(false);
    encoder.setWithNanoseconds(false);
    encoder.setWithThreadName(false);
    encoder.setWithContext(false);
    encoder.setWithMDC(false);
    encoder.setWithMarkers(false);
    encoder.setWithArguments(false);
    encoder.setWithMessage(false);
    encoder.setWithFormattedMessage(true);
    return started(context, encoder);
  }

  private static Encoder<ILoggingEvent> started(
      LoggerContext context, EncoderBase<ILoggingEvent> encoder) {
    encoder.setContext(context);
    encoder.start();
    return encoder;
  }
}
