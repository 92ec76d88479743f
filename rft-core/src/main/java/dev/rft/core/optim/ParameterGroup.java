package dev.rft.core.optim;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Settings of the parameters whose names match a pattern. An optimizer takes a list of groups; the
 * first that matches a parameter holds for it, and one that none matches has the optimizer's own
 * settings.
 *
 * @param names found anywhere in the name of a parameter that belongs to the group
 * @param rateScale what the learning rate is multiplied by, at least 0; at 0 the weights stay,
 *     though the optimizer's state moves
 * @param weightDecay the group's weight decay in place of the optimizer's, at least 0
 */
public record ParameterGroup(Pattern names, double rateScale, double weightDecay) {

    /** Checks the ranges. */
    public ParameterGroup {
        Objects.requireNonNull(names, "names");
        if (!(rateScale >= 0 && Double.isFinite(rateScale))) {
            throw new IllegalArgumentException(
                    "rateScale: must be >= 0 and finite, was " + rateScale);
        }
        if (!(weightDecay >= 0 && Double.isFinite(weightDecay))) {
            throw new IllegalArgumentException(
                    "weightDecay: must be >= 0 and finite, was " + weightDecay);
        }
    }

    /**
     * Returns the common exemption from weight decay: gains of norms, embeddings and biases, by the
     * names that Llama and Qwen2 checkpoints give them.
     */
    public static ParameterGroup withoutDecay() {
        return new ParameterGroup(Pattern.compile("norm\\.weight$|embed_tokens|bias$"), 1, 0);
    }

    /**
     * Finds each parameter's group.
     *
     * @throws IllegalArgumentException when a group holds for no parameter: a mistaken pattern
     */
    static Map<String, ParameterGroup> assign(
            Iterable<String> parameters, List<ParameterGroup> groups, double weightDecay) {
        ParameterGroup rest = new ParameterGroup(Pattern.compile(""), 1, weightDecay);
        Map<String, ParameterGroup> assigned = new TreeMap<>();
        for (String name : parameters) {
            assigned.put(
                    name,
                    groups.stream()
                            .filter(group -> group.names().matcher(name).find())
                            .findFirst()
                            .orElse(rest));
        }
        for (ParameterGroup group : groups) {
            if (!assigned.containsValue(group)) {
                throw new IllegalArgumentException(
                        "group "
                                + group.names()
                                + ": must hold for a parameter, none of "
                                + assigned.keySet()
                                + " is left for it");
            }
        }
        return assigned;
    }
}
