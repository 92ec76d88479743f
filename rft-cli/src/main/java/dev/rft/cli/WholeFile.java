package dev.rft.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Writes files that are seen whole or not at all, whenever the process ends. */
public final class WholeFile {

    private WholeFile() {}

    /**
     * Checks that a file can be where it is to be written, before there is anything to write.
     *
     * @param file the file
     * @throws IOException when it is a directory, or is in none; the message names the file
     */
    public static void check(Path file) throws IOException {
        Path directory = file.toAbsolutePath().getParent();
        if (Files.isDirectory(file)) {
            throw wrong(file, "must be a file, is a directory");
        }
        if (directory == null || !Files.isDirectory(directory)) {
            throw wrong(file, "must be in a directory that is there, " + directory + " is none");
        }
        if (!Files.isWritable(directory)) {
            throw wrong(file, "must be in a directory that can be written, is not");
        }
    }

    /**
     * Writes a file.
     *
     * @param file the file; replaced when it is there
     * @param text what it shall hold
     * @throws IOException when it cannot be written; what was there is still there then
     */
    public static void write(Path file, String text) throws IOException {
        write(file, text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Writes a file.
     *
     * @param file the file; replaced when it is there
     * @param bytes what it shall hold
     * @throws IOException when it cannot be written; what was there is still there then
     */
    public static void write(Path file, byte[] bytes) throws IOException {
        check(file);
        // Beside the target: a move is atomic within one file system only.
        Path temporary = file.resolveSibling(file.getFileName() + ".tmp");
        try {
            Files.write(temporary, bytes);
            move(temporary, file);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    private static void move(Path temporary, Path file) throws IOException {
        try {
            Files.move(
                    temporary,
                    file,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } catch (AtomicMoveNotSupportedException unsupported) {
            Files.move(temporary, file, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private static FileSystemException wrong(Path file, String what) {
        return new FileSystemException(file.toString(), null, what);
    }
}
