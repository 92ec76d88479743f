package dev.rft.faultbench.score;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * What repairs were worth, in accuracy on held-out tasks: against doing nothing, against the
 * healthy run that each faulty one forked from, and against the cure itself.
 */
public final class RepairScore {

    private final List<Case> cases;
    private final Set<String> seen;
    private final Repeats repeats;

    private RepairScore(List<Case> cases, Set<String> seen, Repeats repeats) {
        this.cases = List.copyOf(cases);
        this.seen = Set.copyOf(seen);
        this.repeats = repeats;
    }

    /**
     * Reads what a benchmark left.
     *
     * @param directory its directory
     * @param seen the faulty runs, by name, that nobody looked after and in which a detector
     *     alarmed
     * @return the score
     * @throws IOException when a file cannot be read; the message names it
     */
    public static RepairScore read(Path directory, Set<String> seen) throws IOException {
        return new RepairScore(Cases.read(directory), seen, Repeats.read(directory));
    }

    static RepairScore of(List<Case> cases) {
        return new RepairScore(cases, Set.of(), Repeats.none());
    }

    /** Returns the arms but the one that nobody looks after, the library's own first. */
    public List<ArmScore> arms() {
        return scores(cases);
    }

    /** Returns how many benign changes there are. */
    public int benignChanges() {
        return (int) cases.stream().filter(each -> !each.faulty()).count();
    }

    /**
     * Returns the runs that must be equal to others bit for bit and are not, each with the first
     * difference: what is compared there are no twins.
     */
    public List<String> differing() {
        return repeats.differing();
    }

    private List<ArmScore> scores(List<Case> among) {
        return Harm.arms(among).stream()
                .filter(arm -> !arm.equals(Case.ALONE))
                .map(arm -> ArmScore.of(arm, among))
                .sorted(ArmScore.order())
                .toList();
    }

    /** Returns what each fault costs, by case and workload. */
    public List<Harm> harm() {
        return Harm.of(cases, seen);
    }

    /** Returns the arms' scores by fault, strength and setting, over workloads and seeds. */
    public Map<String, List<ArmScore>> byCase() {
        return scoresBy(cases.stream().filter(Case::faulty).toList(), each -> each.truth().id());
    }

    /** Returns the arms' scores by workload, over faults and seeds. */
    public Map<String, List<ArmScore>> byWorkload() {
        return scoresBy(cases, each -> each.truth().workload());
    }

    private Map<String, List<ArmScore>> scoresBy(List<Case> among, Function<Case, String> key) {
        Map<String, List<Case>> groups = new TreeMap<>();
        for (Case each : among) {
            groups.computeIfAbsent(key.apply(each), any -> new ArrayList<>()).add(each);
        }
        Map<String, List<ArmScore>> scores = new TreeMap<>();
        groups.forEach((id, group) -> scores.put(id, scores(group)));
        return scores;
    }

    /** Returns it all as tables. */
    public List<Table> tables() {
        List<ArmScore> arms = arms();
        List<String> names = arms.stream().map(ArmScore::arm).toList();
        return List.of(
                ArmScore.repair(arms),
                ArmScore.noHarm(arms),
                perWorkload(),
                Unbroken.table(cases),
                repeats.table(),
                perCase(names),
                Harm.table(harm(), names));
    }

    private Table perWorkload() {
        List<List<String>> rows = new ArrayList<>();
        byWorkload()
                .forEach(
                        (workload, scores) ->
                                scores.forEach(each -> rows.add(each.inWorkload(workload))));
        return new Table(
                "Repair by workload",
                "Over faults and seeds; counts as above.",
                ArmScore.inWorkloadHead(),
                rows);
    }

    private Table perCase(List<String> arms) {
        List<String> head = new ArrayList<>(List.of("case"));
        arms.forEach(
                arm -> {
                    head.add(arm + ": recovered");
                    head.add("worse");
                });
        List<List<String>> rows = new ArrayList<>();
        byCase().forEach(
                        (id, scores) -> {
                            List<String> row = new ArrayList<>(List.of(id));
                            for (String arm : arms) {
                                scores.stream()
                                        .filter(each -> each.arm().equals(arm))
                                        .findFirst()
                                        .ifPresentOrElse(
                                                each -> {
                                                    row.add(counts(each));
                                                    row.add(Long.toString(worse(each)));
                                                },
                                                () -> row.addAll(List.of("–", "–")));
                            }
                            rows.add(row);
                        });
        return new Table(
                "Repair by fault and strength",
                "Over workloads and seeds. Recovered of those that did harm; for what nothing"
                        + " cures, stopped rightly. Worse counts those without harm, too.",
                head,
                rows);
    }

    private static String counts(ArmScore score) {
        Share share = score.recovered().of() > 0 ? score.recovered() : score.stoppedRightly();
        return share.of() == 0 ? "no harm" : share.counts();
    }

    private static long worse(ArmScore score) {
        return score.worse().hits() + score.unharmedWorse().hits();
    }

    /** Returns it all as one JSON object. */
    public ObjectNode json() {
        ObjectNode json = new ObjectMapper().createObjectNode();
        json.put("cases", cases.size());
        ObjectNode perArm = json.putObject("arms");
        arms().forEach(arm -> RepairJson.arm(perArm.putObject(arm.arm()), arm));
        RepairJson.groups(json.putObject("by_case"), byCase());
        RepairJson.groups(json.putObject("by_workload"), byWorkload());
        repeats.into(json.putObject("repeats"));
        harm().forEach(harm -> RepairJson.harm(json.withArray("harm").addObject(), harm));
        return json;
    }
}
