package dev.rft.cli.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class HtmlReportTest {

    private static final String EVIL = "<img src=x onerror=alert(1)></script>&\"'";

    @TempDir Path dir = Path.of("");

    @ParameterizedTest
    @EnumSource
    void write_anyDemo_loadsNothingFromElsewhere(SampleDemo.Kind kind) throws IOException {
        String html = page(kind);

        assertThat(html).contains("default-src 'none'").doesNotContain("sourceMappingURL");
        assertThat(withoutScripts(html))
                .doesNotContain("http:", "https:", "//", "src=", "href=", "@import", "url(");
    }

    @Test
    void write_rolledBackRun_tellsTheStoryInWords() throws IOException {
        assertThat(withoutScripts(page(SampleDemo.Kind.ROLLED_BACK)))
                .contains("<h1>Noticed, named, repaired</h1>")
                .contains(
                        "The learning rate was multiplied by 30 inside the optimizer at step 86."
                                + " rft noticed at step 87 and named it OD-1 step too large"
                                + " (94.0 %). What it did: Rollback to step 80, learning rate x"
                                + " 0.033 (helped). The supervised run ended at 81.3 % held-out"
                                + " accuracy; the twin without supervision ended at 2.1 %.")
                .contains("supervised, rolled back later")
                .contains("307, 7 rolled back");
    }

    @Test
    void write_runWithoutFault_saysThatNothingHappened() throws IOException {
        assertThat(withoutScripts(page(SampleDemo.Kind.NO_FAULT)))
                .contains("<h1>No fault, no alarm</h1>")
                .contains("Both runs ended at 81.3 % held-out accuracy.")
                .contains("No alarm was raised in the supervised run.")
                .doesNotContain("rolled back later", "class=\"flag");
    }

    @Test
    void write_valuesThatAreNotFinite_areGapsWithAMark() throws IOException {
        JsonNode gradient = data(page(SampleDemo.Kind.NOT_A_NUMBER)).path("charts").path(3);

        assertThat(gradient.path("supervised").path(85).path(1).isNull()).isTrue();
        assertThat(gradient.path("supervised").path(86).path(1).isNumber()).isTrue();
        JsonNode twin = gradient.path("nonFinite").path(1);
        assertThat(twin.path("run").asText()).isEqualTo("twin");
        assertThat(twin.path("value").asText()).isEqualTo("NaN");
        assertThat(twin.path("from").asInt()).isEqualTo(86);
        assertThat(twin.path("to").asInt()).isEqualTo(300);
    }

    @Test
    void write_rolledBackRun_drawsTheDiscardedStretchFromWhereItGrewOut() throws IOException {
        JsonNode reward = data(page(SampleDemo.Kind.ROLLED_BACK)).path("charts").path(0);

        assertThat(reward.path("discarded")).hasSize(1);
        JsonNode segment = reward.path("discarded").path(0);
        assertThat(segment.path(0).path(0).asInt()).isEqualTo(80);
        assertThat(segment.path(segment.size() - 1).path(0).asInt()).isEqualTo(87);
        assertThat(reward.path("supervised")).hasSize(300);
    }

    @Test
    void write_marks_standInTheOrderOfTheSteps() throws IOException {
        JsonNode markers = data(page(SampleDemo.Kind.ROLLED_BACK)).path("markers");

        List<String> letters = new ArrayList<>();
        markers.forEach(
                marker -> letters.add(marker.path("letter").asText() + marker.path("step")));
        assertThat(letters).containsExactly("F86", "A87", "R87", "V98");
    }

    @Test
    void write_textThatIsMarkup_isShownAndNotObeyed() throws IOException {
        String html = HtmlReport.render(evil());

        assertThat(withoutScripts(html)).doesNotContain("<img").contains("&lt;img");
        assertThat(html.split("</script>", -1)).hasSize(4);
    }

    @Test
    void write_veryLongRun_thinsTheLinesAndKeepsTheSpike() throws IOException {
        List<RunMetrics.Point> points = new ArrayList<>();
        for (int step = 1; step <= 50_000; step++) {
            double norm = step == 31_234 ? 500 : 1;
            points.add(new RunMetrics.Point(step, 0, 0, true, Map.of("grad.norm", norm)));
        }
        RunMetrics run = new RunMetrics(points, 0);
        ReportData data = new ReportData(summary(50_000), run, run, List.of(), 0);

        JsonNode line = data(HtmlReport.render(data)).path("charts").path(3).path("supervised");

        assertThat(line.size()).isBetween(500, 2_000);
        Map<Integer, Double> values = new HashMap<>();
        line.forEach(pair -> values.put(pair.path(0).asInt(), pair.path(1).asDouble()));
        assertThat(values).containsEntry(31_234, 500.0);
    }

    @Test
    void write_fileThatIsThere_isReplacedWhole() throws IOException {
        RunFiles files = SampleDemo.write(dir, SampleDemo.Kind.NO_FAULT);
        Files.writeString(files.report(), "old");

        HtmlReport.write(files.report(), ReportData.read(dir));

        assertThat(files.report()).content().startsWith("<!DOCTYPE html>").endsWith("</html>\n");
        assertThat(dir).isDirectoryNotContaining("glob:**.tmp");
    }

    private String page(SampleDemo.Kind kind) throws IOException {
        SampleDemo.write(dir, kind);
        return HtmlReport.render(ReportData.read(dir));
    }

    private static ReportData evil() {
        RunMetrics run =
                new RunMetrics(
                        List.of(new RunMetrics.Point(1, 0, 0, true, Map.of("reward.mean", 1.0))),
                        0);
        IncidentStory incident =
                new IncidentStory(
                        1,
                        1,
                        OptionalLong.of(1),
                        List.of(new IncidentStory.Candidate(EVIL, 1, List.of(EVIL), List.of(EVIL))),
                        Optional.of(EVIL),
                        List.of(
                                new IncidentStory.Alarm(
                                        EVIL,
                                        EVIL,
                                        EVIL,
                                        OptionalDouble.of(1),
                                        EVIL,
                                        OptionalLong.empty(),
                                        true)),
                        List.of(
                                new IncidentStory.Action(
                                        EVIL, 1, OptionalLong.of(1), Optional.of(EVIL), EVIL)),
                        OptionalLong.empty());
        Summary summary =
                new Summary(
                        1,
                        60,
                        EVIL,
                        EVIL,
                        OptionalLong.of(1),
                        OptionalLong.of(1),
                        Optional.of(EVIL),
                        List.of(EVIL),
                        OptionalDouble.empty(),
                        0.5,
                        0.4,
                        1);
        return new ReportData(summary, run, run, List.of(incident), 0);
    }

    private static Summary summary(long steps) {
        return new Summary(
                1,
                steps,
                "none",
                "No fault was injected",
                OptionalLong.empty(),
                OptionalLong.empty(),
                Optional.empty(),
                List.of(),
                OptionalDouble.empty(),
                0.5,
                0.5,
                1);
    }

    private static String withoutScripts(String html) {
        return html.replaceAll("(?s)<script.*?</script>", "");
    }

    private static JsonNode data(String html) throws IOException {
        Matcher matcher = Pattern.compile("(?s)id=\"report-data\">(.*?)</script>").matcher(html);
        assertThat(matcher.find()).isTrue();
        return new ObjectMapper().readTree(matcher.group(1));
    }
}
