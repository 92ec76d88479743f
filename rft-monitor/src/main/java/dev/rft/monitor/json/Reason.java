package dev.rft.monitor.json;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.Objects;

/** Says why something failed, to people. The system's exceptions often have but a file's name. */
public final class Reason {

    private Reason() {}

    /**
     * Returns the reason of a failure.
     *
     * @param failure what was thrown
     * @return one line; with the file where there is one
     */
    public static String of(Exception failure) {
        if (failure instanceof UncheckedIOException
                && failure.getCause() instanceof IOException cause
                && Objects.equals(failure.getMessage(), cause.toString())) {
            return of(cause); // it has no words of its own
        }
        if (failure instanceof FileSystemException of && of.getReason() == null) {
            return oneLine(of.getFile() + ": " + kind(of));
        }
        if (failure instanceof CharacterCodingException) {
            return "must be text in UTF-8, is not";
        }
        String message = failure.getMessage();
        return message == null || message.isBlank()
                ? failure.getClass().getName()
                : oneLine(message);
    }

    private static String kind(FileSystemException failure) {
        if (failure instanceof NoSuchFileException) {
            return "no such file or directory";
        }
        if (failure instanceof AccessDeniedException) {
            return "permission denied";
        }
        if (failure instanceof NotDirectoryException) {
            return "must be a directory, is none";
        }
        if (failure instanceof FileAlreadyExistsException) {
            return "is there already";
        }
        return "cannot be read or written";
    }

    /**
     * Returns a text without what would break a line or steer a terminal.
     *
     * @param text any text
     */
    public static String oneLine(String text) {
        return text.replaceAll("\\p{Cntrl}+", " ").strip();
    }
}
