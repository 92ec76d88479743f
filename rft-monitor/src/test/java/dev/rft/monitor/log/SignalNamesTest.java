package dev.rft.monitor.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rft.api.signal.Signal;
import dev.rft.api.signal.Signals;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SignalNamesTest {

    private static final Map<String, String> TITLES =
            Map.of(
                    "trl",
                    "### TRL",
                    "verl",
                    "### verl",
                    "openrlhf",
                    "### OpenRLHF",
                    "rft-faultbench",
                    "### RFT-FaultBench");

    @Test
    void table_isWhatTheDocumentationShows() throws IOException {
        List<String> shown = Files.readAllLines(Path.of("..", "docs", "logs.md"));
        Map<String, List<SignalNames.Entry>> table = SignalNames.table();

        assertThat(table.keySet()).isEqualTo(TITLES.keySet());
        table.forEach(
                (format, entries) ->
                        assertThat(rows(shown, String.valueOf(TITLES.get(format))))
                                .as(format)
                                .isEqualTo(entries.stream().map(SignalNamesTest::row).toList()));
    }

    private static List<String> rows(List<String> lines, String title) {
        List<String> rows = new ArrayList<>();
        int at = lines.indexOf(title) + 4; // a blank line and the head of the table
        while (lines.get(at).startsWith("|")) {
            rows.add(lines.get(at++));
        }
        return rows;
    }

    private static String row(SignalNames.Entry entry) {
        String signal =
                switch (entry.signal()) {
                    case "" -> "as it is";
                    case "-" -> "left out";
                    default -> "`" + entry.signal() + "`";
                };
        return "| `%s` | %s%s | %s |"
                .formatted(
                        entry.name(),
                        signal,
                        entry.absentWhenNan() ? "; NaN is absent" : "",
                        entry.note());
    }

    @Test
    void table_namesSignalsThatRftKnows() {
        SignalNames.table()
                .values()
                .forEach(
                        entries ->
                                entries.stream()
                                        .map(SignalNames.Entry::signal)
                                        .filter(name -> !name.isEmpty() && !name.equals("-"))
                                        .forEach(
                                                name ->
                                                        assertThat(Signals.all())
                                                                .extracting(Signal::name)
                                                                .contains(name)));
    }

    @Test
    void translate_twoNamesOfOneSignal_upperOneIsIt() {
        SignalNames names = SignalNames.of(LogFormat.VERL);
        Map<String, Double> row = new LinkedHashMap<>();
        row.put("critic/rewards/mean", 1.0);
        row.put("critic/score/mean", 2.0);
        Map<String, Double> turned = new LinkedHashMap<>();
        turned.put("critic/score/mean", 2.0);
        turned.put("critic/rewards/mean", 1.0);

        Map<Signal, Double> expected =
                Map.of(Signals.REWARD_MEAN, 2.0, Signals.named("critic/rewards/mean"), 1.0);
        assertThat(translate(names, row)).isEqualTo(expected);
        assertThat(translate(names, turned)).isEqualTo(expected);
    }

    @Test
    void translate_eventFile_knowsAllTrainersAndDropsThePrefix() {
        Map<Signal, Double> signals =
                translate(
                        SignalNames.of(LogFormat.TENSORBOARD),
                        Map.of(
                                "train/grad_norm", 1.0,
                                "actor/entropy", 2.0,
                                "train/actor_lr", 3.0,
                                "train/mine", 4.0,
                                "train/total_flos", 5.0));

        assertThat(signals)
                .isEqualTo(
                        Map.of(
                                Signals.GRAD_NORM,
                                1.0,
                                Signals.ENTROPY,
                                2.0,
                                Signals.LEARNING_RATE,
                                3.0,
                                Signals.named("mine"),
                                4.0));
    }

    private static Map<Signal, Double> translate(SignalNames names, Map<String, Double> row) {
        Numbers numbers = new Numbers(new Names());
        row.forEach(numbers::put);
        return names.translate(numbers);
    }
}
