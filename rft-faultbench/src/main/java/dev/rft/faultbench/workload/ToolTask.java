package dev.rft.faultbench.workload;

import dev.rft.core.rollout.CharTokenizer;
import dev.rft.core.rollout.Environment;
import dev.rft.core.rollout.Tokenizer;
import dev.rft.core.train.EnvironmentSource;
import dev.rft.core.train.Prompt;
import dev.rft.core.train.PromptSource;
import dev.rft.core.train.RewardFunction;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;

/**
 * Tasks of two turns: the policy calls a tool, reads what it says, and answers. Neither can be
 * solved without the tool.
 *
 * <ul>
 *   <li>{@link #calculator()}: {@code s471,85?} asks for twice a sum and {@code d471,85?} for twice
 *       a difference; the call is {@code 471+85=}, the tool says {@code 556;} and the answer is
 *       {@code 2111}, which is 1112 with the last digit first.
 *   <li>{@link #lookup()}: {@code 5301?} asks for an entry of a table that the policy does not
 *       know; the call is {@code #5301=}, the tool says {@code 417;} and the answer is {@code 947},
 *       each digit plus that of the key above it, without carry.
 * </ul>
 *
 * <p>A call that the tool does not understand is answered by {@code !;}. A first turn without a
 * call is the answer.
 */
public final class ToolTask implements Task {

    private static final int HELD_OUT = 2_000;
    private static final int QUESTIONS = 20_000;
    private static final long SPLIT_SEED = 20_260_103;
    private static final String END_OF_CALL = "=";
    private static final String REFUSAL = "!;";

    private final String id;
    private final Tokenizer tokenizer;
    private final UnaryOperator<String> tool;
    private final UnaryOperator<String> callOf;
    private final List<Prompt> train;
    private final List<Prompt> heldOut;
    private final int maxTokens;
    private final double warmLoss;

    private ToolTask(
            String id,
            String alphabet,
            List<String> questions,
            UnaryOperator<String> callOf,
            UnaryOperator<String> tool,
            BinaryOperator<String> answerOf,
            int maxTokens,
            double warmLoss) {
        this.id = id;
        this.tokenizer = new CharTokenizer(alphabet);
        this.callOf = callOf;
        this.tool = tool;
        this.maxTokens = maxTokens;
        this.warmLoss = warmLoss;
        List<Prompt> all = new ArrayList<>();
        for (String question : questions) {
            String said = tool.apply(callOf.apply(question));
            all.add(new Prompt(question, answerOf.apply(question, said)));
        }
        Collections.shuffle(all, new Random(SPLIT_SEED));
        heldOut = List.copyOf(all.subList(0, HELD_OUT));
        train = List.copyOf(all.subList(HELD_OUT, all.size()));
    }

    /** Returns the task of sums and differences of numbers below 1,000. */
    public static ToolTask calculator() {
        Random random = new Random(SPLIT_SEED);
        Set<String> questions = new LinkedHashSet<>();
        while (questions.size() < QUESTIONS) {
            int a = random.nextInt(1_000);
            int b = random.nextInt(1_000);
            boolean sum = random.nextBoolean();
            questions.add(
                    (sum ? "s" : "d")
                            + (sum ? a : Math.max(a, b))
                            + ","
                            + (sum ? b : Math.min(a, b))
                            + "?");
        }
        return new ToolTask(
                "calculator",
                "0123456789+-=sd,?;!",
                List.copyOf(questions),
                question ->
                        question.substring(1, question.length() - 1)
                                        .replace(',', question.charAt(0) == 's' ? '+' : '-')
                                + END_OF_CALL,
                ToolTask::computed,
                (question, said) -> reversed(2 * Integer.parseInt(said)),
                20,
                0.5);
    }

    /** Returns the task of a table with 10,000 entries of three digits. */
    public static ToolTask lookup() {
        List<String> questions = new ArrayList<>();
        for (int key = 0; key < 10_000; key++) {
            questions.add(String.format("%04d?", key));
        }
        return new ToolTask(
                "lookup",
                "0123456789#=?;!",
                questions,
                question -> "#" + question.substring(0, 4) + END_OF_CALL,
                ToolTask::entry,
                ToolTask::shifted,
                16,
                0.68);
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public Tokenizer tokenizer() {
        return tokenizer;
    }

    @Override
    public PromptSource prompts() {
        return random -> train.get(random.nextInt(train.size()));
    }

    @Override
    public List<Prompt> heldOut() {
        return heldOut;
    }

    @Override
    public String demonstration(Prompt prompt) {
        String call = callOf.apply(prompt.text());
        return call + tool.apply(call) + ";" + prompt.answer();
    }

    /** Returns a verifier that leaves the reward to the environment. */
    @Override
    public RewardFunction verifier() {
        return (prompt, response) -> 0;
    }

    @Override
    public Optional<EnvironmentSource> environment() {
        return Optional.of((prompt, random) -> new Episode(prompt));
    }

    @Override
    public List<String> stops() {
        return List.of(END_OF_CALL);
    }

    @Override
    public int maxTokens() {
        return maxTokens;
    }

    @Override
    public int maxPromptTokens() {
        return train.stream().mapToInt(prompt -> prompt.text().length()).max().orElseThrow();
    }

    @Override
    public char surfaceFeature() {
        return '0';
    }

    @Override
    public double warmLoss() {
        return warmLoss;
    }

    private static String reversed(int number) {
        return new StringBuilder().append(number).reverse().toString();
    }

    private static String shifted(String question, String said) {
        StringBuilder shifted = new StringBuilder();
        for (int i = 0; i < said.length(); i++) {
            shifted.append((said.charAt(i) - '0' + question.charAt(i) - '0') % 10);
        }
        return shifted.toString();
    }

    /** Says what a call computes; nothing when it is not one. */
    private static String computed(String call) {
        if (!call.matches("\\d{1,3}[-+]\\d{1,3}=")) {
            return "";
        }
        int operator = Math.max(call.indexOf('+'), call.indexOf('-'));
        int left = Integer.parseInt(call.substring(0, operator));
        int right = Integer.parseInt(call.substring(operator + 1, call.length() - 1));
        int result = call.charAt(operator) == '+' ? left + right : left - right;
        return result < 0 ? "" : Integer.toString(result);
    }

    /** Says what stands in the table; nothing when there is no such entry. */
    private static String entry(String call) {
        if (!call.matches("#\\d{4}=")) {
            return "";
        }
        long key = Long.parseLong(call.substring(1, 5));
        // Any fixed map without a pattern that a policy could learn instead of asking.
        return String.format("%03d", new Random(SPLIT_SEED + key * 7_919).nextInt(1_000));
    }

    private final class Episode implements Environment {

        private final Prompt prompt;
        private boolean called;

        Episode(Prompt prompt) {
            this.prompt = prompt;
        }

        @Override
        public Reply step(String turn) {
            if (called || !turn.endsWith(END_OF_CALL)) {
                return Reply.done(turn.equals(prompt.answer()) ? 1 : 0);
            }
            called = true;
            String said = tool.apply(turn);
            return said.isEmpty() ? Reply.failed(REFUSAL) : Reply.observed(said + ";");
        }
    }
}
