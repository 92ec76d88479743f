package dev.rft.faultbench.workload;

import dev.rft.core.rollout.CharTokenizer;
import dev.rft.core.rollout.Tokenizer;
import dev.rft.core.train.Prompt;
import dev.rft.core.train.PromptSource;
import dev.rft.core.train.RewardFunction;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The card game of GeneralPoints (arXiv 2501.17161), cut to what a tiny policy can learn: four
 * cards from 1 to 9, two operators and a target that stands in the prompt. {@code 2,5,3,8=12:} is
 * answered by {@code 2+5-3+8}: each card once, added or subtracted. Any such expression with the
 * right value is correct, whatever its order; the first card stands without a sign or is
 * subtracted.
 *
 * <p>What is held out is held out whatever the order of its cards. Out of distribution are targets
 * above {@value #GREATEST}, which no training prompt asks for.
 */
public final class Points implements Task {

    private static final int CARDS = 4;
    private static final int GREATEST_CARD = 9;
    private static final int GREATEST = 18;
    private static final int HELD_OUT = 2_000;
    private static final long SPLIT_SEED = 20_260_102;

    private final Tokenizer tokenizer = new CharTokenizer("0123456789+-,=:");
    private final List<Prompt> train = new ArrayList<>();
    private final List<Prompt> heldOut = new ArrayList<>();
    private final List<Prompt> outside = new ArrayList<>();

    /** Makes the task. */
    public Points() {
        Map<String, List<Prompt>> byHand = new TreeMap<>();
        deal(new int[CARDS], 0, byHand);
        List<String> hands = new ArrayList<>(byHand.keySet());
        Collections.shuffle(hands, new Random(SPLIT_SEED));
        for (String hand : hands) {
            (heldOut.size() < HELD_OUT ? heldOut : train).addAll(byHand.get(hand));
        }
        Collections.shuffle(heldOut, new Random(SPLIT_SEED));
        Collections.shuffle(outside, new Random(SPLIT_SEED));
        heldOut.subList(HELD_OUT, heldOut.size()).clear();
        outside.subList(HELD_OUT, outside.size()).clear();
    }

    @Override
    public String id() {
        return "points";
    }

    @Override
    public Tokenizer tokenizer() {
        return tokenizer;
    }

    @Override
    public PromptSource prompts() {
        return random -> train.get(random.nextInt(train.size()));
    }

    /** Returns prompts whose target is small, which several signs may miss by little. */
    @Override
    public Optional<PromptSource> harderPrompts() {
        List<Prompt> hard =
                train.stream().filter(prompt -> target(prompt) <= GREATEST / 3).toList();
        return Optional.of(random -> hard.get(random.nextInt(hard.size())));
    }

    @Override
    public List<Prompt> heldOut() {
        return List.copyOf(heldOut);
    }

    @Override
    public List<Prompt> outOfDistribution() {
        return List.copyOf(outside);
    }

    @Override
    public RewardFunction verifier() {
        return (prompt, response) -> solves(prompt, response) ? 1 : 0;
    }

    @Override
    public int maxTokens() {
        return 2 * CARDS + 2;
    }

    @Override
    public int maxPromptTokens() {
        return "9,9,9,9=36:".length();
    }

    @Override
    public char surfaceFeature() {
        return '-';
    }

    @Override
    public double warmLoss() {
        return 0.15;
    }

    /** Tells whether a response uses the prompt's cards, each once, and meets its target. */
    static boolean solves(Prompt prompt, String response) {
        if (!response.matches("-?[1-9]([-+][1-9]){" + (CARDS - 1) + "}")) {
            return false;
        }
        String question = prompt.text();
        int[] dealt = digits(question.substring(0, question.indexOf('=')));
        int[] played = digits(response);
        Arrays.sort(dealt);
        Arrays.sort(played);
        return Arrays.equals(played, dealt) && value(response) == target(prompt);
    }

    private static int[] digits(String text) {
        return text.chars().filter(Character::isDigit).map(c -> c - '0').toArray();
    }

    private static int value(String expression) {
        int value = 0;
        for (int i = 0; i < expression.length(); i++) {
            char c = expression.charAt(i);
            if (Character.isDigit(c)) {
                boolean negative = i > 0 && expression.charAt(i - 1) == '-';
                value += negative ? '0' - c : c - '0';
            }
        }
        return value;
    }

    private static int target(Prompt prompt) {
        String text = prompt.text();
        return Integer.parseInt(text.substring(text.indexOf('=') + 1, text.length() - 1));
    }

    private void deal(int[] cards, int dealt, Map<String, List<Prompt>> byHand) {
        if (dealt == CARDS) {
            addPrompts(cards, byHand);
            return;
        }
        for (int card = 1; card <= GREATEST_CARD; card++) {
            cards[dealt] = card;
            deal(cards, dealt + 1, byHand);
        }
    }

    /** Adds a prompt for every positive target that the cards can meet. */
    private void addPrompts(int[] cards, Map<String, List<Prompt>> byHand) {
        Map<Integer, String> solutions = new TreeMap<>();
        for (int signs = 0; signs < 1 << CARDS; signs++) {
            StringBuilder expression = new StringBuilder();
            for (int i = 0; i < CARDS; i++) {
                boolean negative = (signs >> i & 1) == 1;
                expression.append(negative ? "-" : i == 0 ? "" : "+").append(cards[i]);
            }
            solutions.putIfAbsent(value(expression.toString()), expression.toString());
        }
        int[] sorted = cards.clone();
        Arrays.sort(sorted);
        String hand = Arrays.toString(sorted);
        String asked =
                Arrays.stream(cards).mapToObj(Integer::toString).collect(Collectors.joining(","));
        solutions.forEach(
                (target, solution) -> {
                    Prompt prompt = new Prompt(asked + "=" + target + ":", solution);
                    if (target > GREATEST) {
                        outside.add(prompt);
                    } else if (target > 0) {
                        byHand.computeIfAbsent(hand + target, key -> new ArrayList<>()).add(prompt);
                    }
                });
    }
}
