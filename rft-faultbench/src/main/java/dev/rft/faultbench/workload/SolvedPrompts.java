package dev.rft.faultbench.workload;

import dev.rft.core.train.Prompt;
import dev.rft.core.train.PromptOutcome;
import dev.rft.core.train.PromptSource;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/**
 * Prompts as a policy sees them that comes to solve its task: at first the usual ones, and after so
 * many groups only such as it solves whenever it tries.
 */
public final class SolvedPrompts implements PromptSource {

    private static final String SEEN = "groups";

    private final PromptSource usual;
    private final List<Prompt> solved;
    private final int groups;
    private int seen;

    /**
     * Makes a source.
     *
     * @param usual where prompts come from at first
     * @param solved the solved ones, at least one; copied
     * @param groups after so many no usual one is drawn; at least 1
     */
    public SolvedPrompts(PromptSource usual, List<Prompt> solved, int groups) {
        this.usual = Objects.requireNonNull(usual, "usual");
        this.solved = List.copyOf(solved);
        this.groups = groups;
        if (solved.isEmpty() || groups < 1) {
            throw new IllegalArgumentException(
                    "solved and groups: must be at least one, were "
                            + solved.size()
                            + ", "
                            + groups);
        }
    }

    @Override
    public Prompt draw(RandomGenerator random) {
        return random.nextInt(groups) < seen
                ? solved.get(random.nextInt(solved.size()))
                : usual.draw(random);
    }

    @Override
    public void learn(PromptOutcome outcome) {
        seen = Math.min(groups, seen + 1);
    }

    @Override
    public SortedMap<String, String> state() {
        return seen == 0
                ? Collections.emptySortedMap()
                : new TreeMap<>(Collections.singletonMap(SEEN, Integer.toString(seen)));
    }

    @Override
    public void restore(SortedMap<String, String> state) {
        String saved = state.getOrDefault(SEEN, "0");
        if (state.size() > 1 || !saved.matches("\\d{1,9}") || Integer.parseInt(saved) > groups) {
            throw new IllegalArgumentException(
                    "state: must be " + SEEN + " from 0 to " + groups + " alone, was " + state);
        }
        seen = Integer.parseInt(saved);
    }
}
