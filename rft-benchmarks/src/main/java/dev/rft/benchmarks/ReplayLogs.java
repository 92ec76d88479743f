package dev.rft.benchmarks;

import dev.rft.monitor.log.LogFormat;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.zip.CRC32C;

/**
 * Writes logs of healthy runs as large as is asked for, in the trainers' manner: their names, their
 * layout, and as many digits as they print. The numbers are noise with a memory around a level.
 */
final class ReplayLogs {

    private static final int BUFFER = 1 << 20;

    private final SplittableRandom random = new SplittableRandom(1);
    private final List<ReplayColumns.Column> columns;
    private final double[] noise;
    private final double[] values;
    private long step;

    private ReplayLogs(List<ReplayColumns.Column> columns) {
        this.columns = columns;
        this.noise = new double[columns.size()];
        this.values = new double[columns.size()];
    }

    /**
     * Writes a log, unless it is there already.
     *
     * @param directory where to
     * @param format the trainer's
     * @param bytes how long it becomes, but for a row
     * @return the file
     */
    static Path write(Path directory, LogFormat format, long bytes) throws IOException {
        Path file = directory.resolve(format.id() + "-" + bytes / 1_000_000 + name(format));
        if (Files.exists(file)) {
            return file;
        }
        Path part = file.resolveSibling(file.getFileName() + ".part");
        ReplayLogs logs = new ReplayLogs(ReplayColumns.of(format));
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(part), BUFFER)) {
            logs.write(format, bytes, out);
        }
        return Files.move(part, file);
    }

    private static String name(LogFormat format) {
        return switch (format) {
            case TRL -> ".json";
            case OPENRLHF -> ".log";
            case TENSORBOARD -> ".tfevents.1";
            default -> ".jsonl";
        };
    }

    private void write(LogFormat format, long bytes, OutputStream out) throws IOException {
        long written = 0;
        String end = "";
        if (format == LogFormat.TRL) {
            written += print(out, "{\n  \"best_metric\": null,\n  \"log_history\": [\n");
            end = "\n  ],\n  \"max_steps\": 0,\n  \"trial_params\": null\n}\n";
        } else if (format == LogFormat.RFT) {
            written += print(out, "{\"schema\":\"rft-metrics\",\"version\":1}\n");
        }
        while (written < bytes) {
            next();
            if (format == LogFormat.TENSORBOARD) {
                written += events(out);
            } else {
                written += print(out, row(format));
            }
        }
        print(out, end);
    }

    private static int print(OutputStream out, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.write(bytes);
        return bytes.length;
    }

    private void next() {
        step++;
        for (int i = 0; i < values.length; i++) {
            noise[i] = 0.5 * noise[i] + Math.sqrt(0.75) * random.nextGaussian();
            values[i] = columns.get(i).value(noise[i]);
        }
    }

    private String row(LogFormat format) {
        return switch (format) {
            case TRL ->
                    (step == 1 ? "" : ",\n")
                            + "    {\n"
                            + joined("      \"%s\": %s", ",\n")
                            + ",\n      \"step\": "
                            + step
                            + "\n    }";
            case VERL ->
                    "{\"step\":"
                            + step
                            + ",\"data\":{"
                            + joined("\"%s\":%s", ",")
                            + ",\"training/global_step\":"
                            + step
                            + "}}\n";
            case OPENRLHF -> console();
            default ->
                    "{\"seq\":%d,\"run\":\"grpo-7b\",\"step\":%d,\"attempt\":0,\"incarnation\":0,"
                                    .formatted(step, step)
                            + "\"time\":\"2026-03-01T12:00:00.123456789Z\",\"discarded\":0,"
                            + "\"values\":{"
                            + joined("\"%s\":%s", ",")
                            + "},\"alarms\":[]}\n";
        };
    }

    /** A progress bar, which is drawn anew, and what workers say stand between the steps. */
    private String console() {
        String bar = "Episode [1/20]: %3d%%|####      | %d/99999 [12:34<56:78, 12.34s/it]\r";
        return bar.formatted(step % 100, 3 * step)
                + bar.formatted(step % 100, 3 * step + 1)
                + bar.formatted(step % 100, 3 * step + 2)
                + "\u001b[36m(PolicyModelActor pid=4711)\u001b[0m actor_train: {'epoch': 1}\n"
                + "INFO 03-01 12:00:00 ppo_trainer.py:123] \u2728 Global step "
                + step
                + ": {"
                + joined("'%s': %s", ", ")
                + "}\n";
    }

    private String joined(String pattern, String between) {
        StringBuilder text = new StringBuilder();
        String[] parts = pattern.split("%s", -1);
        for (int i = 0; i < values.length; i++) {
            text.append(i == 0 ? "" : between)
                    .append(parts[0])
                    .append(columns.get(i).name())
                    .append(parts[1])
                    .append(Double.toString(values[i]).toLowerCase(Locale.ROOT));
        }
        return text.toString();
    }

    /** An event for each number, as the writers of PyTorch and TensorFlow do it. */
    private int events(OutputStream out) throws IOException {
        int written = 0;
        for (int i = 0; i < values.length; i++) {
            byte[] tag = ("train/" + columns.get(i).name()).getBytes(StandardCharsets.UTF_8);
            ByteArrayOutputStream event = new ByteArrayOutputStream();
            event.write(1 << 3 | 1); // wall_time
            event.writeBytes(little(8).putDouble(1.7e9 + (double) step).array());
            event.write(2 << 3); // step
            varint(event, step);
            event.write(5 << 3 | 2); // summary
            event.write(2 + 2 + tag.length + 5);
            event.write(1 << 3 | 2); // value
            event.write(2 + tag.length + 5);
            event.write(1 << 3 | 2); // tag
            event.write(tag.length);
            event.writeBytes(tag);
            event.write(2 << 3 | 5); // simple_value
            event.writeBytes(little(4).putFloat((float) values[i]).array());
            written += record(out, event.toByteArray());
        }
        return written;
    }

    private static void varint(ByteArrayOutputStream out, long value) {
        long rest = value;
        while (rest > 127) {
            out.write((int) (rest & 127) | 128);
            rest >>>= 7;
        }
        out.write((int) rest);
    }

    private static int record(OutputStream out, byte[] data) throws IOException {
        byte[] length = little(8).putLong(data.length).array();
        out.write(length);
        out.write(little(4).putInt(masked(length)).array());
        out.write(data);
        out.write(little(4).putInt(masked(data)).array());
        return data.length + 16;
    }

    private static int masked(byte[] bytes) {
        CRC32C sum = new CRC32C();
        sum.update(bytes);
        int value = (int) sum.getValue();
        return (value >>> 15 | value << 17) + 0xa282ead8;
    }

    private static ByteBuffer little(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }
}
