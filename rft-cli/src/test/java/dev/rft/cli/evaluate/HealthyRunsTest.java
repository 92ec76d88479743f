package dev.rft.cli.evaluate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rft.monitor.log.LogOptions;
import dev.rft.monitor.profile.Profile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HealthyRunsTest {

    @TempDir private Path dir = Path.of("");
    private final List<Evaluation.Run> runs = new ArrayList<>();

    private Label run(String name, String task, String seed, boolean faulty, String benign)
            throws IOException {
        Path run = Files.createDirectory(dir.resolve(name));
        Files.writeString(
                run.resolve("h.json"),
                "[{\"step\": 1, \"reward\": 0.5}, {\"step\": 2, \"reward\": 0.6}]");
        Label label =
                new Label(
                        name,
                        faulty ? List.of(new Label.Injected("OD-1", 1, 2)) : List.of(),
                        "",
                        benign,
                        OptionalLong.empty(),
                        Map.of("task", task, "seed", seed));
        runs.add(new Evaluation.Run(run, label));
        return label;
    }

    private static Optional<List<String>> names(HealthyRuns healthy, Label label) {
        return healthy.profileFor(label).map(Profile::runs);
    }

    @Test
    void profileFor_isOfTheSameTaskAndOtherSeeds() throws IOException {
        Label first = run("a1", "A", "1", false, "");
        run("a2", "A", "2", false, "");
        run("a3", "A", "3", false, "");
        run("b4", "B", "4", false, "");
        Label sick = run("a2-sick", "A", "2", true, "");
        Label changed = run("a5-changed", "A", "5", false, "lr_halved");

        HealthyRuns healthy = HealthyRuns.read(runs, LogOptions.defaults());

        assertThat(names(healthy, first)).contains(List.of("a2", "a3"));
        assertThat(names(healthy, sick)).contains(List.of("a1", "a3"));
        assertThat(names(healthy, changed)).contains(List.of("a1", "a2", "a3"));
    }

    @Test
    void profileFor_fewerThanTwoOthers_isNone() throws IOException {
        Label only = run("a1", "A", "1", false, "");
        run("a2", "A", "2", false, "");
        Label other = run("b1", "B", "1", true, "");

        HealthyRuns healthy = HealthyRuns.read(runs, LogOptions.defaults());

        assertThat(names(healthy, only)).isEmpty();
        assertThat(names(healthy, other)).isEmpty();
    }
}
