package dev.rft.core.policy;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.rft.core.testing.EngineExtension;
import dev.rft.core.testing.GradientOf;
import dev.rft.core.testing.Numbers;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Losses, gradients, weights, advantages and metrics against vectors made in double precision by
 * independent implementations; see the README beside them. The system property {@code rft.golden}
 * names another file of the same form. An entry of a name that is not known fails.
 *
 * <p>Where an entry embodies a choice that we make otherwise, {@link #otherwise} counts it under
 * its reason, and the reasons are printed. They are:
 *
 * <ul>
 *   <li>clip shares of GMPO: the vectors count every token outside of the band, we count those at
 *       which the sign-aware clip binds. The vectors' count is checked by its own definition.
 *   <li>the second opinion's log-ratio is not clamped: beyond 20 the two differ by intent.
 *   <li>GSPO's ratio is clamped at {@code e^20} here as any other; a public implementation clamps
 *       it at {@code e^10}. No bundled vector goes beyond that.
 *   <li>a sequence without a token leaves our denominators; {@code sum / (B T)} and the mean over
 *       rows of the second opinion keep it.
 *   <li>a group of one has advantage 0 here, and the reward itself in the vectors.
 * </ul>
 */
class GoldenVectorsTest {

    /** Against the largest entry of the expected gradient; against the expected value itself. */
    private static final double TOLERANCE = 1e-4;

    private static final Map<String, KlEstimator> ESTIMATORS =
            Map.of(
                    "k1", KlEstimator.K1,
                    "k2", KlEstimator.K2,
                    "k3", KlEstimator.K3,
                    "abs", KlEstimator.ABS,
                    "k1+", KlEstimator.K1_STRAIGHT_THROUGH,
                    "k3+", KlEstimator.K3_STRAIGHT_THROUGH);

    private static final Set<String> GROUP_FORMS =
            Set.of("grpo", "dr_grpo", "rloo", "opo", "reinforce_plus_plus_baseline");

    private static final Pattern NUMBER = Pattern.compile("[0-9]*\\.?[0-9]+(e-?[0-9]+)?");

    @RegisterExtension final EngineExtension engine = new EngineExtension();

    private final GoldenTally tally = new GoldenTally(TOLERANCE);
    private final Map<String, Integer> otherwise = new TreeMap<>();

    @Test
    void everyVector_isReproduced() throws IOException {
        JsonNode golden = read();
        forEach(golden, "policy", this::policy);
        forEach(golden, "advantage", this::advantage);
        forEach(golden, "advantage_with_gaps", this::advantage);
        int index = 0;
        for (JsonNode entry : golden.path("adaptive_kl")) {
            adaptiveKl("adaptive_kl[" + index++ + "]", entry);
        }

        otherwise.forEach(
                (reason, count) -> System.out.printf("%d chosen otherwise: %s%n", count, reason));
        System.out.printf("%d passed, %d failed%n", tally.passed(), tally.failures().size());
        assertThat(tally.failures()).isEmpty();
        assertThat(tally.passed()).as("vectors that were checked").isPositive();
    }

    private static JsonNode read() throws IOException {
        String file = System.getProperty("rft.golden");
        try (InputStream in =
                file != null
                        ? Files.newInputStream(Path.of(file))
                        : GoldenVectorsTest.class.getResourceAsStream("policy-golden.json")) {
            return new ObjectMapper().readTree(Objects.requireNonNull(in, "policy-golden.json"));
        }
    }

    private void forEach(
            JsonNode golden, String section, BiConsumer<GoldenEntry, GoldenExpectation> check) {
        int index = 0;
        for (JsonNode entry : golden.path(section)) {
            String place = section + "[" + index++ + "] ";
            entry.path("expect")
                    .properties()
                    .forEach(
                            named ->
                                    check.accept(
                                            new GoldenEntry(engine, entry),
                                            new GoldenExpectation(
                                                    place + named.getKey(),
                                                    named.getKey(),
                                                    named.getValue())));
        }
    }

    private void policy(GoldenEntry entry, GoldenExpectation expect) {
        String[] parts = expect.name().split(":", -1);
        switch (parts[0]) {
            case "kl" -> kl(entry, ESTIMATORS.get(parts[1]), expect);
            case "tis", "icepop" -> weights(entry, parts, expect);
            case "offpolicy_metrics" -> mismatch(entry, expect);
            case "second_opinion" -> secondOpinion(entry, parts, expect);
            default -> {
                PolicyObjective objective = expect.objective();
                if (objective == null) {
                    tally.fail(expect.place(), "has a name that is not known");
                } else {
                    if (objective.level() == RatioLevel.SEQUENCE && entry.largestRowMean() > 10) {
                        otherwise.merge("GSPO's ratio may be clamped at e^10", 1, Integer::sum);
                    } else {
                        loss(entry, objective, expect);
                    }
                    clipMetrics(entry, objective, expect);
                }
            }
        }
    }

    private void secondOpinion(GoldenEntry entry, String[] parts, GoldenExpectation expect) {
        if (entry.largestDifference() >= 20) {
            otherwise.merge("the second opinion's log-ratio is not clamped", 1, Integer::sum);
            return;
        }
        if (entry.hasEmptyRow()) {
            otherwise.merge("the second opinion keeps sequences without a token", 1, Integer::sum);
            return;
        }
        // With one advantage per sequence, the straight-through form of the sequence's ratio has
        // the value and the gradient of exp(mean d).
        PolicyObjective plain =
                expect.clipped()
                        .at(parts[2].equals("token") ? RatioLevel.TOKEN : RatioLevel.SEQUENCE);
        Aggregation form =
                switch (parts[1]) {
                    case "grpo" -> Aggregation.SEQUENCE_MEAN_TOKEN_MEAN;
                    case "bnpo" -> Aggregation.TOKEN_MEAN;
                    case "dr_grpo" -> Aggregation.SEQUENCE_MEAN_TOKEN_SUM_NORMALIZED;
                    case "luspo" -> Aggregation.SEQUENCE_MEAN_TOKEN_SUM;
                    default -> throw new AssertionError(expect.place() + ": is not known");
                };
        loss(entry, plain.aggregatedBy(form), expect);
    }

    private void loss(GoldenEntry entry, PolicyObjective objective, GoldenExpectation expect) {
        GradientOf result =
                GradientOf.at(entry.tensor("logprob"), input -> objective.loss(entry.batch(input)));
        double[] gradient = GoldenEntry.flat(expect.value().path("grad_logprob"));
        tally.entries(expect.place() + " gradient", result.gradient(), gradient);
        tally.value(
                expect.place() + " loss",
                result.value(),
                expect.number("loss"),
                Numbers.largest(gradient));
    }

    private void clipMetrics(
            GoldenEntry entry, PolicyObjective objective, GoldenExpectation expect) {
        ClipMetrics ours =
                ClipMetrics.of(
                        objective,
                        entry.matrix("logprob"),
                        entry.matrix("old_logprob"),
                        entry.advantage(),
                        entry.mask());
        Map<String, Double> known =
                Map.of(
                        "actor/ppo_kl", ours.kl(),
                        "actor/pg_clipfrac", ours.low() + ours.high(),
                        "actor/pg_clipfrac_lower", ours.dual());
        boolean gmpo = expect.name().equals("gmpo");
        expect.value()
                .path("metrics")
                .properties()
                .forEach(
                        metric -> {
                            String name = metric.getKey();
                            double actual = known.getOrDefault(name, Double.NaN);
                            if (gmpo && !name.equals("actor/ppo_kl")) {
                                otherwise.merge(
                                        "GMPO's clip shares count the whole band", 1, Integer::sum);
                                actual =
                                        outsideOfBand(
                                                entry, objective, name.endsWith("lower") ? -1 : 1);
                            }
                            tally.value(
                                    expect.place() + " " + name,
                                    actual,
                                    metric.getValue().doubleValue(),
                                    1);
                        });
    }

    /** GMPO's metrics as the vectors have them: outside of the band, by the advantage's sign. */
    private static double outsideOfBand(GoldenEntry entry, PolicyObjective objective, int sign) {
        boolean[][] mask = entry.mask();
        int outside = 0;
        for (int row = 0; row < mask.length; row++) {
            for (int t = 0; t < mask[row].length; t++) {
                double ratio =
                        Math.exp(
                                entry.matrix("logprob")[row][t]
                                        - entry.matrix("old_logprob")[row][t]);
                boolean off = ratio < 1 - objective.clipLow() || ratio > 1 + objective.clipHigh();
                boolean signed = Math.signum(entry.advantage()[row][t]) == sign;
                outside += mask[row][t] && off && signed ? 1 : 0;
            }
        }
        return (double) outside / Tokens.count(mask);
    }

    private void kl(GoldenEntry entry, KlEstimator estimator, GoldenExpectation expect) {
        NDArray logProb = entry.tensor("logprob");
        NDArray reference = entry.tensor("ref_logprob");
        tally.entries(
                expect.place() + " value",
                Numbers.doubles(estimator.estimate(logProb, reference, entry.everywhere())),
                GoldenEntry.flat(expect.value().path("value")));
        GradientOf result =
                GradientOf.at(
                        logProb,
                        input -> estimator.estimate(input, reference, entry.maskTensor()).sum());
        tally.entries(
                expect.place() + " gradient",
                result.gradient(),
                GoldenEntry.flat(expect.value().path("grad_of_masked_sum")));
    }

    private void weights(GoldenEntry entry, String[] parts, GoldenExpectation expect) {
        RatioLevel level = parts[1].equals("token") ? RatioLevel.TOKEN : RatioLevel.SEQUENCE;
        List<Double> bounds = numbers(parts[2]);
        RolloutCorrection correction =
                parts[0].equals("tis")
                        ? RolloutCorrection.tis(level, bounds.get(0))
                        : RolloutCorrection.icePop(level, bounds.get(0), bounds.get(1));
        tally.entries(
                expect.place(),
                Numbers.doubles(
                        correction.weights(
                                entry.tensor("old_logprob"),
                                entry.tensor("rollout_logprob"),
                                entry.maskTensor())),
                GoldenEntry.flat(expect.value().path("weights")));
    }

    private void mismatch(GoldenEntry entry, GoldenExpectation expect) {
        RolloutMismatch ours =
                RolloutMismatch.of(
                        entry.matrix("old_logprob"), entry.matrix("rollout_logprob"), entry.mask());
        Map<String, Double> known =
                Map.ofEntries(
                        Map.entry("training_ppl", ours.trainPerplexity()),
                        Map.entry("training_log_ppl", ours.trainLogPerplexity()),
                        Map.entry("kl", ours.k1()),
                        Map.entry("k3_kl", ours.k3()),
                        Map.entry("rollout_ppl", ours.rolloutPerplexity()),
                        Map.entry("rollout_log_ppl", ours.rolloutLogPerplexity()),
                        Map.entry(
                                "log_ppl_diff",
                                ours.trainLogPerplexity() - ours.rolloutLogPerplexity()),
                        Map.entry("log_ppl_abs_diff", ours.absoluteLogPerplexityGap()),
                        Map.entry("log_ppl_diff_max", ours.maxLogPerplexityGap()),
                        Map.entry("log_ppl_diff_min", ours.minLogPerplexityGap()),
                        Map.entry("ppl_ratio", ours.perplexityRatio()),
                        Map.entry("chi2_token", ours.chiSquareToken()),
                        Map.entry("chi2_seq", ours.chiSquareSequence()));
        expect.value()
                .properties()
                .forEach(
                        metric ->
                                tally.value(
                                        expect.place() + " " + metric.getKey(),
                                        known.getOrDefault(metric.getKey(), Double.NaN),
                                        metric.getValue().doubleValue(),
                                        0));
    }

    private void advantage(GoldenEntry entry, GoldenExpectation expect) {
        String name = expect.name();
        int bracket = name.indexOf('(');
        List<Double> numbers = bracket < 0 ? List.of() : numbers(name.substring(bracket));
        String form = bracket < 0 ? name : name.substring(0, bracket);
        if (entry.episodes().groupSize() == 1 && GROUP_FORMS.contains(form)) {
            otherwise.merge("a group of one has advantage 0", 1, Integer::sum);
            return;
        }
        if (form.equals("gae")) {
            Gae gae = Gae.of(entry.episodes(), numbers.get(0), numbers.get(1));
            JsonNode advantages = expect.value().path("advantages");
            JsonNode returns = expect.value().path("returns");
            tally.entries(
                    expect.place() + " advantages",
                    GoldenEntry.flat(gae.advantages()),
                    entry.flatMasked(advantages));
            tally.entries(
                    expect.place() + " returns",
                    GoldenEntry.flat(gae.returns()),
                    entry.flatMasked(returns));
            return;
        }
        TokenAdvantages advantages =
                switch (form) {
                    case "grpo" -> numbers.equals(List.of(1e-6)) ? Advantages.grpo() : null;
                    case "dr_grpo" -> Advantages.drGrpo();
                    case "rloo" -> Advantages.rloo();
                    case "opo" -> TokenAdvantages.opo();
                    case "reinforce_plus_plus" -> TokenAdvantages.reinforcePlusPlus(numbers.get(0));
                    case "reinforce_plus_plus_baseline" ->
                            TokenAdvantages.reinforcePlusPlusBaseline();
                    case "gae_whitened" ->
                            TokenAdvantages.gae(numbers.get(0), numbers.get(1)).whitened();
                    default -> null;
                };
        if (advantages == null) {
            tally.fail(expect.place(), "has a name that is not known");
            return;
        }
        tally.entries(
                expect.place(),
                GoldenEntry.flat(advantages.perToken(entry.episodes())),
                entry.flatMasked(expect.value()));
    }

    private void adaptiveKl(String place, JsonNode entry) {
        AdaptiveKl controller =
                new AdaptiveKl(
                        entry.path("init").doubleValue(),
                        entry.path("target").doubleValue(),
                        entry.path("horizon").doubleValue());
        double[][] observations = GoldenEntry.matrix(entry.path("observations"));
        double[] coefficients = GoldenEntry.row(entry.path("coefficients"));
        for (int i = 0; i < observations.length; i++) {
            controller = controller.observe(observations[i][0], (long) observations[i][1]);
            tally.value(place + " after " + i, controller.coefficient(), coefficients[i], 0);
        }
    }

    private static List<Double> numbers(String text) {
        List<Double> numbers = new ArrayList<>();
        Matcher matcher = NUMBER.matcher(text);
        while (matcher.find()) {
            numbers.add(Double.parseDouble(matcher.group()));
        }
        return numbers;
    }
}
