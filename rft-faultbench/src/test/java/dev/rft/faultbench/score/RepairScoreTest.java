package dev.rft.faultbench.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rft.faultbench.score.Case.Ending;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs made by hand, whose scores are known. */
class RepairScoreTest {

    private static final String SUPERVISED = "supervised";

    @TempDir Path directory = Path.of("");

    @Test
    void arms_countsWhatAnArmDid() {
        ArmScore arm =
                supervised(
                        faulty("regained", 0.8, arms(0.2, 0.78)),
                        faulty("half", 0.8, arms(0.2, 0.5)),
                        faulty("worse", 0.8, arms(0.2, 0.1)),
                        faulty("harmless", 0.8, arms(0.79, 0.7)));

        assertThat(arm.recovered()).isEqualTo(new Share(1, 3));
        assertThat(arm.worse()).isEqualTo(new Share(1, 3));
        assertThat(arm.medianGain()).isCloseTo(0.5, within(1e-12));
        assertThat(arm.unharmedWorse()).isEqualTo(new Share(1, 1));
        // .02, .3 and .7 below the healthy run.
        assertThat(arm.gap()).isCloseTo(0.34, within(1e-12));
    }

    @Test
    void arms_recoveredAtNineTenths_andNotBelow() {
        assertThat(supervised(faulty("a", 0.8, arms(0.3, 0.7501))).recovered().hits()).isOne();
        assertThat(supervised(faulty("a", 0.8, arms(0.3, 0.7499))).recovered().hits()).isZero();
    }

    @Test
    void arms_doingNothing_regainsNothingAndHarmsNothing() {
        ArmScore arm = supervised(faulty("idle", 0.8, arms(0.2, 0.2)));

        assertThat(arm.recovered()).isEqualTo(new Share(0, 1));
        assertThat(arm.worse()).isEqualTo(new Share(0, 1));
        assertThat(arm.medianGain()).isZero();
    }

    @Test
    void arms_oracle_isAMeasureOnlyWhereTheCureHelps() {
        // The cure regains .3 of .6 lost: nine tenths of that is less than nine tenths of all.
        Case helped = faulty("helped", 0.8, with(arms(0.2, 0.48), "oracle", ends(0.5)));
        Case hopeless = faulty("hopeless", 0.8, with(arms(0.2, 0.2), "oracle", ends(0.2)));
        Case unknown = faulty("unknown", 0.8, arms(0.2, 0.2));

        ArmScore arm = supervised(helped, hopeless, unknown);

        assertThat(arm.recovered()).isEqualTo(new Share(0, 3));
        assertThat(arm.recoveredAsOracle()).isEqualTo(new Share(1, 1));
    }

    @Test
    void arms_gapOfCasesThatShareItems_isNoSurerForTheirNumber() {
        Case one = faulty("one", 0.8, arms(0.2, 0.5));
        Case two = faulty("two", 0.8, arms(0.2, 0.5));

        // Each sqrt((.16 + .25) / 2000).
        assertThat(supervised(one).gapError()).isCloseTo(Math.sqrt(0.41 / 2_000), within(1e-12));
        assertThat(supervised(one, two).gapError())
                .isCloseTo(Math.sqrt(0.41 / 2_000), within(1e-12));
    }

    @Test
    void arms_incurable_isRightToStopForTheRightReason() {
        Ending right = new Ending(Accuracy.of(0.5), 60, seconds(1), true, 2, Optional.of("RF-2"));
        Ending wrong = new Ending(Accuracy.of(0.5), 60, seconds(1), true, 2, Optional.of("OD-1"));
        Ending goesOn = ends(0.1);

        ArmScore arm =
                supervised(
                        dead("right", with(arms(0.2, 0), SUPERVISED, right)),
                        dead("wrong", with(arms(0.2, 0), SUPERVISED, wrong)),
                        dead("on", with(arms(0.2, 0), SUPERVISED, goesOn)),
                        faulty("curable", 0.8, with(arms(0.2, 0), SUPERVISED, right)));

        assertThat(arm.stoppedRightly()).isEqualTo(new Share(1, 3));
        assertThat(arm.stoppedWrongly()).isEqualTo(new Share(1, 1));
        // What nothing cures is not there to be recovered.
        assertThat(arm.recovered()).isEqualTo(new Share(0, 1));
    }

    @Test
    void arms_stepsAndSecondsLost_areMeansOverWhatWentOn() {
        Ending slow = new Ending(Accuracy.of(0.8), 130, seconds(13), false, 1, Optional.empty());
        Ending slower = new Ending(Accuracy.of(0.8), 110, seconds(25), false, 1, Optional.empty());
        Ending stopped = new Ending(Accuracy.of(0.8), 20, seconds(99), true, 1, Optional.empty());
        Ending early = new Ending(Accuracy.of(0.2), 49, seconds(1), true, 0, Optional.empty());

        ArmScore arm =
                supervised(
                        faulty("a", 0.8, with(arms(0.2, 0), SUPERVISED, slow)),
                        faulty("b", 0.8, with(arms(0.2, 0), SUPERVISED, stopped)),
                        // The run that nobody looked after hung: its time is no measure.
                        faulty("c", 0.8, Map.of("none", early, SUPERVISED, slower)));

        assertThat(arm.stepsLost()).isEqualTo((30 + 10) / 2.0);
        assertThat(arm.secondsLost()).isEqualTo(13 - 10.0);
    }

    @Test
    void arms_benignChange_isCountedApart() {
        Ending acted = new Ending(Accuracy.of(0.6), 100, seconds(1), false, 3, Optional.empty());

        ArmScore arm =
                supervised(
                        benign("left", arms(0.8, 0.8)),
                        benign("hurt", with(arms(0.8, 0), SUPERVISED, acted)));

        assertThat(arm.recovered().of()).isZero();
        assertThat(arm.benignWorse()).isEqualTo(new Share(1, 2));
        assertThat(arm.benignActedOn()).isEqualTo(new Share(1, 2));
    }

    @Test
    void harm_overSeeds_hasBothIntervals() {
        Case one = faulty("addition-s1-x", 0.8, Map.of("none", ends(0.4)));
        Case two = faulty("addition-s2-x", 0.8, Map.of("none", ends(0.6)));

        Harm harm = RepairScore.of(List.of(one, two)).harm().get(0);

        assertThat(harm.seeds()).isEqualTo(2);
        assertThat(harm.loss()).isCloseTo(0.3, within(1e-12));
        // Losses of .4 and .2: a standard deviation of .1414, over the root of 2.
        assertThat(harm.seedError()).isCloseTo(0.1, within(1e-12));
        assertThat(harm.seedHalfWidth()).isCloseTo(1.2706, within(1e-12));
        // sqrt((.16 + .24) / 2000) and sqrt((.16 + .24) / 2000), of two.
        assertThat(harm.itemError()).isCloseTo(Math.sqrt(2 * 0.0002) / 2, within(1e-12));
        assertThat(harm.verdict()).isEqualTo("harmful");
    }

    @Test
    void read_oracleThatStops_knowsWhy() throws IOException {
        write("addition-s1", HEALTHY, 0.8);
        write("addition-s1-verifier-dead-easy", DEAD, 0.1);
        write("addition-s1-verifier-dead-easy/oracle", "", 0.7);
        Path ending = directory.resolve("addition-s1-verifier-dead-easy/oracle/result.json");
        Files.writeString(
                ending,
                Files.readString(ending).replace("\"reason\"", "\"completed\":false,\"reason\""));

        assertThat(RepairScore.read(directory, Set.of()).arms().get(0).stoppedRightly())
                .isEqualTo(new Share(1, 1));
    }

    @Test
    void harm_withoutHarm_isHarmlessOrInvisible() throws IOException {
        write("addition-s1", HEALTHY, 0.8);
        write("addition-s1-lr-spike-easy", SPIKE, 0.79);

        assertThat(RepairScore.read(directory, Set.of()).harm().get(0).verdict())
                .isEqualTo("invisible");
        assertThat(
                        RepairScore.read(directory, Set.of("addition-s1-lr-spike-easy"))
                                .harm()
                                .get(0)
                                .verdict())
                .isEqualTo("harmless");
    }

    @Test
    void read_filesOfARun_givesItsCase() throws IOException {
        write("addition-s1", HEALTHY, 0.8);
        write("addition-s1-lr-spike-easy", SPIKE, 0.1);
        write("addition-s1-lr-spike-easy/supervised", "", 0.7);

        JsonNode json = RepairScore.read(directory, Set.of()).json();
        JsonNode arm = json.path("arms").path(SUPERVISED);

        assertThat(arm.path("harmed").asInt()).isEqualTo(1);
        assertThat(arm.path("recovered").asInt()).isZero();
        assertThat(arm.path("median_gain").asDouble()).isEqualTo((0.7 - 0.1) / (0.8 - 0.1));
        assertThat(arm.path("recovered_share").path("high").asDouble())
                .isEqualTo(new Share(0, 1).high());
        assertThat(json.path("by_case").path("lr-spike-easy").path(SUPERVISED)).isEqualTo(arm);
        assertThat(json.path("harm").path(0).path("loss").asDouble()).isCloseTo(0.7, within(1e-12));
    }

    @Test
    void tables_byWorkload_andTrainingsThatNobodyBroke() throws IOException {
        write("addition-s1", HEALTHY, 0.8);
        write("addition-s1-lr-spike-easy", SPIKE, 0.1);
        write("addition-s1-lr-spike-easy/supervised", "", 0.7);
        write("addition-s1-seed", HEALTHY.replace("null", "\"seed\""), 0.75);

        RepairScore score = RepairScore.read(directory, Set.of());

        assertThat(score.byWorkload().get("addition").get(0).recovered())
                .isEqualTo(new Share(0, 1));
        assertThat(table(score, "Repair by workload").rows())
                .containsExactly(
                        List.of(
                                "addition",
                                SUPERVISED,
                                "0/1",
                                "0.86",
                                "10.0 ± 2.7",
                                "0/1",
                                "–",
                                "–",
                                "–"));
        Table unbroken = table(score, "Trainings that nobody broke");
        assertThat(unbroken.head()).containsExactly("workload and seed", "healthy", "seed");
        assertThat(unbroken.rows()).containsExactly(List.of("addition-s1", "80.0", "75.0"));
    }

    private static Table table(RepairScore score, String title) {
        return score.tables().stream()
                .filter(each -> each.title().equals(title))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void read_resultWithoutAVersion_isOfTheFirst() throws IOException {
        write("addition-s1", HEALTHY, 0.8);
        Files.writeString(directory.resolve("addition-s1/result.json"), "{\"accuracy_final\":0.5}");

        assertThatThrownBy(() -> RepairScore.read(directory, Set.of()))
                .hasMessageContaining("bench_version must be 3, was 1");
    }

    @Test
    void read_otherVersionOfTheBench_isRefused() throws IOException {
        write("addition-s1", HEALTHY, 0.8);
        Files.writeString(
                directory.resolve("addition-s1/result.json"),
                "{\"bench_version\":7,\"accuracy_final\":0.5}");

        assertThatThrownBy(() -> RepairScore.read(directory, Set.of()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("result.json: bench_version must be 3, was 7");
    }

    @Test
    void read_brokenResult_namesTheFile() throws IOException {
        write("addition-s1", HEALTHY, 0.8);
        Files.writeString(directory.resolve("addition-s1/result.json"), "{\"accuracy_final\":");

        assertThatThrownBy(() -> RepairScore.read(directory, Set.of()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("addition-s1/result.json");
    }

    @Test
    void case_withoutTheRunThatNobodyLookedAfter_isRefused() {
        assertThatThrownBy(() -> faulty("a", 0.5, Map.of("oracle", ends(0.5))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("without supervision");
    }

    private static final String HEALTHY =
            "{\"fault\":\"none\",\"faults\":[],\"benign_change\":null}";

    private static final String SPIKE =
            "{\"fault\":\"OD-1\",\"strength\":\"easy\",\"benign_change\":null,"
                    + "\"faults\":[{\"name\":\"OD-1\",\"injected\":\"lr-spike\"}]}";

    private static final String DEAD =
            "{\"fault\":\"RF-2\",\"strength\":\"easy\",\"benign_change\":null,\"faults\":[{"
                    + "\"name\":\"RF-2\",\"injected\":\"verifier-dead\",\"cure\":\"NOTHING\"}]}";

    private void write(String run, String label, double accuracy) throws IOException {
        Path at = Files.createDirectories(directory.resolve(run));
        if (!label.isEmpty()) {
            String head =
                    "{\"run_id\":\"" + run + "\",\"task\":\"addition\",\"seed\":1,\"steps\":9,";
            Files.writeString(at.resolve("label.json"), head + label.substring(1));
        }
        Files.writeString(
                at.resolve("result.json"),
                "{\"bench_version\":3,\"accuracy_final\":"
                        + accuracy
                        + ",\"executed_steps\":9,\"reason\":\"end\"}");
    }

    private static ArmScore supervised(Case... cases) {
        return RepairScore.of(List.of(cases)).arms().get(0);
    }

    private static Case faulty(String run, double healthy, Map<String, Ending> arms) {
        return made(run, List.of("OD-1"), true, healthy, arms);
    }

    private static Case dead(String run, Map<String, Ending> arms) {
        return made(run, List.of("RF-2"), false, 0.8, arms);
    }

    private static Case benign(String run, Map<String, Ending> arms) {
        return made(run, List.of(), true, 0.8, arms);
    }

    private static Case made(
            String run,
            List<String> types,
            boolean curable,
            double healthy,
            Map<String, Ending> arms) {
        Case.Truth truth = new Case.Truth("addition", "x", types, curable, 50, 100);
        return new Case(run, truth, Accuracy.of(healthy), arms);
    }

    private static Map<String, Ending> arms(double alone, double supervised) {
        return Map.of("none", ends(alone), SUPERVISED, ends(supervised));
    }

    private static Map<String, Ending> with(Map<String, Ending> arms, String arm, Ending ending) {
        Map<String, Ending> all = new HashMap<>(arms);
        all.put(arm, ending);
        return all;
    }

    private static Ending ends(double accuracy) {
        return new Ending(Accuracy.of(accuracy), 100, seconds(10), false, 0, Optional.empty());
    }

    private static OptionalDouble seconds(double seconds) {
        return OptionalDouble.of(seconds);
    }
}
