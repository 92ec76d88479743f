package dev.rft.cli.faultbench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rft.cli.WholeFile;
import dev.rft.cli.evaluate.LabelledRuns;
import dev.rft.faultbench.bench.FaultBench;
import dev.rft.faultbench.fault.Fault;
import dev.rft.faultbench.score.RepairScore;
import dev.rft.faultbench.score.Table;
import dev.rft.monitor.json.JsonSyntax;
import dev.rft.monitor.json.Reason;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Scores what a benchmark left: detection, diagnosis and repair. */
@Command(
        name = "score",
        description = {
            "Scores detection and diagnosis on the runs that nobody looked after, beside the rules in"
                    + " common use, and repair against them and against the healthy runs. Prints"
                    + " Markdown.",
            ""
        },
        mixinStandardHelpOptions = true)
final class ScoreCommand implements Callable<Integer> {

    private static final int UNREADABLE = 2;
    private static final ObjectMapper JSON = new ObjectMapper();

    @Parameters(paramLabel = "DIR", description = "What 'rft faultbench run --out' was given.")
    private Path directory = Path.of("");

    @Option(names = "--json", description = "Print one JSON object on one line.")
    private boolean json;

    @Option(
            names = "--html",
            paramLabel = "FILE",
            description = "Also write a page that needs nothing but itself.")
    private @Nullable Path html;

    private final PrintStream out;
    private final PrintStream err;

    ScoreCommand(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    @Override
    public Integer call() throws InterruptedException {
        try {
            if (html != null) {
                WholeFile.check(html);
            }
        } catch (IOException wrong) {
            err.println("rft faultbench score: --html: " + Reason.of(wrong));
            return UNREADABLE;
        }
        try {
            JsonNode seen =
                    LabelledRuns.score(
                                    directory,
                                    ScoreCommand::showsItsFault,
                                    broken -> err.println("rft faultbench score: " + broken))
                            .json();
            Detections detections = new Detections(seen);
            RepairScore repair = RepairScore.read(directory, detections.seenRuns());
            for (String differs : repair.differing()) {
                err.println("rft faultbench score: does not repeat: " + differs);
            }
            if (html != null) {
                WholeFile.write(html, new ScorePage(directory, detections, repair).html());
            }
            if (json) {
                ObjectNode all = JSON.createObjectNode();
                all.put("bench_version", FaultBench.VERSION);
                detections.into(all);
                all.set("repair", repair.json());
                all.set("seen", seen);
                out.println(all);
            } else {
                List<Table> tables = new ArrayList<>(detections.tables(repair.benignChanges()));
                tables.addAll(repair.tables());
                for (Table table : tables) {
                    table.markdown().forEach(out::println);
                    out.println();
                }
            }
            return 0;
        } catch (IOException | UncheckedIOException unreadable) {
            err.println("rft faultbench score: " + Reason.of(unreadable));
            return UNREADABLE;
        }
    }

    /** Tells whether a run is done, and has steps to see its fault in, if it has one. */
    private static boolean showsItsFault(Path run) {
        if (!Files.exists(run.resolve("result.json"))) {
            return false;
        }
        try {
            for (JsonNode fault : JsonSyntax.read(run.resolve("label.json")).path("faults")) {
                if (Fault.of(fault.path("injected").asText()).stream()
                        .anyMatch(Fault::endsTheRun)) {
                    return false;
                }
            }
            return true;
        } catch (IOException unreadable) {
            throw new UncheckedIOException(Reason.of(unreadable), unreadable);
        }
    }
}
