package dev.rft.faultbench.score;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * A table for people, in text or on a page.
 *
 * @param title what it shows
 * @param note how to read it; may be empty
 * @param head the columns' names, at least one; copied
 * @param rows a cell per column each; copied
 */
public record Table(String title, String note, List<String> head, List<List<String>> rows) {

    /** Checks that every row is whole. */
    public Table {
        Objects.requireNonNull(title, "title");
        Objects.requireNonNull(note, "note");
        head = List.copyOf(head);
        rows = rows.stream().map(List::copyOf).toList();
        for (List<String> row : rows) {
            if (head.isEmpty() || row.size() != head.size()) {
                throw new IllegalArgumentException(
                        "table '" + title + "': must have " + head.size() + " cells, had " + row);
            }
        }
    }

    /** Returns it as Markdown, with columns that stand below each other. */
    public List<String> markdown() {
        List<String> lines = new ArrayList<>();
        lines.add("## " + title);
        lines.add("");
        List<Integer> widths = new ArrayList<>();
        for (int column = 0; column < head.size(); column++) {
            int at = column;
            widths.add(
                    Math.max(
                            escaped(head.get(at)).length(),
                            rows.stream()
                                    .mapToInt(row -> escaped(row.get(at)).length())
                                    .max()
                                    .orElse(1)));
        }
        lines.add(line(head, widths));
        lines.add(
                "|" + String.join("|", widths.stream().map(w -> "-".repeat(w + 2)).toList()) + "|");
        rows.forEach(row -> lines.add(line(row, widths)));
        if (!note.isEmpty()) {
            lines.add("");
            lines.add(note);
        }
        return lines;
    }

    private static String line(List<String> cells, List<Integer> widths) {
        StringBuilder line = new StringBuilder("|");
        for (int i = 0; i < cells.size(); i++) {
            String cell = escaped(cells.get(i));
            line.append(' ').append(cell).append(" ".repeat(widths.get(i) - cell.length()));
            line.append(" |");
        }
        return line.toString();
    }

    /** A bar within a cell would end it. */
    private static String escaped(String cell) {
        return cell.replace("|", "\\|");
    }
}
