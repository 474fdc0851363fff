package momo;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Platform;
import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.util.Map;

/** Finds libmomo: where LIBMOMO_PATH says, in this package's jar, or where the system's loader looks. */
final class LibraryLocator {
    private LibraryLocator() {}

    static NativeLibrary load(Map<String, Object> options) {
        String path = System.getenv("LIBMOMO_PATH");
        if (path != null && !path.isEmpty()) {
            return open(path, options, "LIBMOMO_PATH names " + path + ", which cannot be loaded");
        }
        boolean isWindows = Platform.isWindows();
        String resource = "/" + folder() + "/" + (isWindows ? "momo.dll" : "libmomo.so");
        URL packaged = LibraryLocator.class.getResource(resource);
        if (packaged == null) {
            return open(isWindows ? "momo" : "libmomo.so.0", options,
                    "this jar has no libmomo for " + folder() + ", and none is installed");
        }
        File file = null;
        try {
            file = Native.extractFromResourcePath(resource, LibraryLocator.class.getClassLoader());
            return open(file.getPath(), options, "libmomo was unpacked, and cannot be loaded;"
                    + " jna.tmpdir names a folder from which programs may be loaded");
        } catch (IOException e) {
            throw failure("libmomo cannot be unpacked;"
                    + " jna.tmpdir names a folder that can be written to", e);
        } finally {
            // A copy is needed no more; Windows keeps what is loaded, and JNA removes that later.
            if (file != null && !packaged.getProtocol().equals("file")) {
                file.delete();
            }
        }
    }

    /** JNA's name for the platform; it has none for musl, which needs a library of its own. */
    private static String folder() {
        try {
            if (Platform.isLinux()) {
                NativeLibrary.getProcess().getFunction("gnu_get_libc_version");
            }
            return Platform.RESOURCE_PREFIX;
        } catch (UnsatisfiedLinkError e) {
            return Platform.RESOURCE_PREFIX.replace("linux-", "linux-musl-");
        }
    }

    private static NativeLibrary open(String path, Map<String, Object> options, String otherwise) {
        try {
            return NativeLibrary.getInstance(path, options);
        } catch (UnsatisfiedLinkError e) {
            throw failure(otherwise, e);
        }
    }

    private static UnsatisfiedLinkError failure(String message, Throwable cause) {
        String advice = "; or set LIBMOMO_PATH to the file of the library: ";
        var failure = new UnsatisfiedLinkError(message + advice + cause.getMessage());
        failure.initCause(cause);
        return failure;
    }
}
