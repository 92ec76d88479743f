package dev.rft.cli;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** Finds what somebody may have meant by a name that does not exist. */
public final class Nearest {

    private static final int MOST = 3;

    private Nearest() {}

    /**
     * A name and how far it is from the one that was given.
     *
     * @param name the name
     * @param edits how many letters have to be changed, added or left out
     */
    private record Candidate(String name, int edits) {}

    /**
     * Returns the names that differ in a third of their letters at most, or hold the given one.
     *
     * @param given what was given
     * @param names what there is
     * @return at most three, the nearest first
     */
    public static List<String> of(String given, Collection<String> names) {
        String wanted = given.toLowerCase(Locale.ROOT);
        return names.stream()
                .map(name -> new Candidate(name, edits(wanted, name.toLowerCase(Locale.ROOT))))
                .filter(candidate -> near(wanted, candidate))
                .sorted(Comparator.comparingInt(Candidate::edits).thenComparing(Candidate::name))
                .limit(MOST)
                .map(Candidate::name)
                .toList();
    }

    private static boolean near(String wanted, Candidate candidate) {
        String name = candidate.name().toLowerCase(Locale.ROOT);
        int longest = Math.max(wanted.length(), name.length());
        boolean holds = wanted.length() >= 3 && name.contains(wanted);
        return holds || candidate.edits() <= longest / 3;
    }

    /** Levenshtein's distance, by rows; two letters that have changed places are one edit. */
    private static int edits(String one, String other) {
        int[] before = new int[other.length() + 1];
        int[] last = new int[other.length() + 1];
        for (int j = 0; j <= other.length(); j++) {
            last[j] = j;
        }
        for (int i = 1; i <= one.length(); i++) {
            int[] row = new int[other.length() + 1];
            row[0] = i;
            for (int j = 1; j <= other.length(); j++) {
                boolean same = one.charAt(i - 1) == other.charAt(j - 1);
                row[j] = Math.min(Math.min(row[j - 1], last[j]) + 1, last[j - 1] + (same ? 0 : 1));
                boolean swapped =
                        i > 1
                                && j > 1
                                && one.charAt(i - 1) == other.charAt(j - 2)
                                && one.charAt(i - 2) == other.charAt(j - 1);
                if (swapped) {
                    row[j] = Math.min(row[j], before[j - 2] + 1);
                }
            }
            before = last;
            last = row;
        }
        return last[other.length()];
    }
}
