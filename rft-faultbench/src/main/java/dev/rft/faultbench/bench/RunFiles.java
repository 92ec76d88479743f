package dev.rft.faultbench.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Where the files of a benchmark are. A directory per run with its label and what the process wrote
 * when nobody looked after it; in it a directory per further arm. A result is written last and at
 * once, so that whatever has none was cut off and is done again.
 */
final class RunFiles {

    static final String METRICS = "metrics.jsonl";

    private static final String LABEL = "label.json";
    private static final String RESULT = "result.json";
    private static final ObjectMapper JSON =
            new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private final Path root;

    RunFiles(Path root) {
        this.root = root;
    }

    Path directory(String run, Arm arm) {
        Path own = root.resolve(run);
        return arm == Arm.NONE ? own : own.resolve(arm.toString());
    }

    boolean done(String run, Arm arm) {
        return Files.exists(directory(run, arm).resolve(RESULT));
    }

    /** Makes an empty directory for an arm, whatever a run that was cut off left there. */
    Path begin(String run, Arm arm) throws IOException {
        Path directory = directory(run, arm);
        if (Files.exists(directory)) {
            for (Path file : files(directory)) {
                Files.delete(file);
            }
        }
        return Files.createDirectories(directory);
    }

    void check(String run, ObjectNode label) throws IOException {
        BenchDirectory.check(root.resolve(run).resolve(LABEL), label);
    }

    void label(String run, ObjectNode label) throws IOException {
        write(Files.createDirectories(root.resolve(run)).resolve(LABEL), label);
    }

    void result(String run, Arm arm, ObjectNode result) throws IOException {
        write(directory(run, arm).resolve(RESULT), result);
    }

    static ObjectNode object() {
        return JSON.createObjectNode();
    }

    /** Begins a result. */
    static ObjectNode result(Arm arm) {
        return object().put("bench_version", FaultBench.VERSION).put("arm", arm.toString());
    }

    private static List<Path> files(Path directory) throws IOException {
        try (Stream<Path> children = Files.list(directory)) {
            return children.filter(Files::isRegularFile)
                    .filter(file -> !file.endsWith(LABEL))
                    .sorted(Comparator.naturalOrder())
                    .toList();
        }
    }

    static void write(Path file, ObjectNode json) throws IOException {
        Path whole = Files.createTempFile(file.toAbsolutePath().getParent(), "rft", ".part");
        Files.write(whole, JSON.writeValueAsBytes(json));
        Files.move(
                whole, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
