package dev.rft.core.optim;

import static dev.rft.core.testing.Numbers.assertClose;
import static dev.rft.core.testing.Numbers.bits;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import dev.rft.core.model.Transformer;
import dev.rft.core.model.TransformerConfig;
import dev.rft.core.testing.EngineExtension;
import dev.rft.core.testing.GradientOf;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class ParameterGroupTest {

    private static final AdamW.Config ADAM = new AdamW.Config(0.9, 0.99, 1e-8, 0.5);
    private static final Sgd.Config SGD = new Sgd.Config(0, false, 0.5);

    @RegisterExtension final EngineExtension engine = new EngineExtension();

    @Test
    void adamW_withGroups_usesTheRateAndDecayOfTheFirstThatMatches() {
        SortedMap<String, NDArray> parameters = parameters();
        List<ParameterGroup> groups =
                List.of(
                        new ParameterGroup(Pattern.compile("^a"), 0.25, 1),
                        new ParameterGroup(Pattern.compile("[ab]"), 2, 0));

        new AdamW(engine.manager(), parameters, ADAM, groups).step(parameters, 0.1);

        // The first Adam step is the learning rate; the decay comes on top, times the rate.
        assertClose(parameters.get("a"), new double[] {4 - 0.025 - 0.025 * 4}, 1e-6);
        assertClose(parameters.get("b"), new double[] {4 - 0.2}, 1e-6);
        assertClose(parameters.get("c"), new double[] {4 - 0.1 - 0.1 * 0.5 * 4}, 1e-6);
    }

    @Test
    void sgd_withGroups_usesTheRateAndDecayOfTheFirstThatMatches() {
        SortedMap<String, NDArray> parameters = parameters();
        List<ParameterGroup> groups =
                List.of(
                        new ParameterGroup(Pattern.compile("a"), 0.25, 1),
                        new ParameterGroup(Pattern.compile("b"), 0, 0));

        new Sgd(engine.manager(), parameters, SGD, groups).step(parameters, 0.1);

        assertClose(parameters.get("a"), new double[] {4 - 0.025 * (3 + 4)}, 1e-6);
        assertClose(parameters.get("b"), new double[] {4}, 0);
        assertClose(parameters.get("c"), new double[] {4 - 0.1 * (3 + 0.5 * 4)}, 1e-6);
    }

    @Test
    void adamW_withAGroupThatChangesNothing_isBitForBitThatWithoutGroups() {
        SortedMap<String, NDArray> grouped = parameters();
        SortedMap<String, NDArray> plain = parameters();
        ParameterGroup same = new ParameterGroup(Pattern.compile("b"), 1, 0.5);

        new AdamW(engine.manager(), grouped, ADAM, List.of(same)).step(grouped, 0.1);
        new AdamW(engine.manager(), plain, ADAM).step(plain, 0.1);

        assertThat(bits(grouped)).isEqualTo(bits(plain));
    }

    @Test
    void withoutDecay_ofATransformer_holdsForNormsAndEmbeddings() {
        Transformer model =
                new Transformer(
                        engine.manager(), TransformerConfig.tiny(6, 8), new SplittableRandom(1));

        Map<String, ParameterGroup> assigned =
                ParameterGroup.assign(
                        model.parameters().keySet(), List.of(ParameterGroup.withoutDecay()), 0.1);

        assertThat(assigned)
                .hasSize(21)
                .allSatisfy(
                        (name, group) ->
                                assertThat(group.weightDecay())
                                        .as(name)
                                        .isEqualTo(
                                                name.contains("norm") || name.contains("embed")
                                                        ? 0
                                                        : 0.1));
    }

    @Test
    void groups_thatHoldForNoParameter_areRefused() {
        SortedMap<String, NDArray> parameters = parameters();
        ParameterGroup mistaken = new ParameterGroup(Pattern.compile("layernrom"), 1, 0);
        ParameterGroup all = new ParameterGroup(Pattern.compile(""), 1, 0);
        ParameterGroup shadowed = new ParameterGroup(Pattern.compile("b"), 1, 0);

        for (List<ParameterGroup> groups : List.of(List.of(mistaken), List.of(all, shadowed))) {
            assertThatThrownBy(() -> new Sgd(engine.manager(), parameters, SGD, groups))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("must hold for a parameter, none of [a, b, c]");
        }
    }

    @Test
    void parameterGroup_outOfRange_isRefused() {
        Pattern all = Pattern.compile("");
        assertThatThrownBy(() -> new ParameterGroup(all, -1, 0))
                .hasMessage("rateScale: must be >= 0 and finite, was -1.0");
        assertThatThrownBy(() -> new ParameterGroup(all, 1, Double.NaN))
                .hasMessage("weightDecay: must be >= 0 and finite, was NaN");
    }

    private SortedMap<String, NDArray> parameters() {
        SortedMap<String, NDArray> parameters = new TreeMap<>();
        for (String name : List.of("a", "b", "c")) {
            NDArray weight = engine.matrix(new double[] {4});
            weight.setRequiresGradient(true);
            GradientOf.set(weight, 3);
            parameters.put(name, weight);
        }
        return parameters;
    }
}
