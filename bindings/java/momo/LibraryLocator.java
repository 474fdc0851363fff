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
    private static final String INSTALLED = Platform.isWindows() ? "momo" : "libmomo.so.0";

    private LibraryLocator() {}

    static NativeLibrary load(Map<String, Object> options) {
        String path = System.getenv("LIBMOMO_PATH");
        if (path != null && !path.isEmpty()) {
            return open(path, options, "LIBMOMO_PATH names " + path + ", which cannot be loaded");
        }
        String resource = "/" + folder() + "/" + (Platform.isWindows() ? "momo.dll" : "libmomo.so");
        URL packaged = LibraryLocator.class.getResource(resource);
        return packaged == null
                ? open(INSTALLED, options, "this jar has no libmomo for " + folder() + ", and none is installed")
                : unpack(resource, packaged, options);
    }

    /** JNA's name for the platform; it has none for musl, which is not served by a library for glibc. */
    private static String folder() {
        return isMusl() ? Platform.RESOURCE_PREFIX.replace("linux-", "linux-musl-") : Platform.RESOURCE_PREFIX;
    }

    private static boolean isMusl() {
        if (!Platform.isLinux()) {
            return false;
        }
        try {
            NativeLibrary.getProcess().getFunction("gnu_get_libc_version");
            return false;
        } catch (UnsatisfiedLinkError e) {
            return true;
        }
    }

    private static NativeLibrary unpack(String resource, URL packaged, Map<String, Object> options) {
        File file;
        try {
            file = Native.extractFromResourcePath(resource, LibraryLocator.class.getClassLoader());
        } catch (IOException e) {
            throw failure("libmomo cannot be unpacked; jna.tmpdir names a folder that can be written to", e);
        }
        try {
            return open(file.getPath(), options, "libmomo was unpacked, and cannot be loaded; jna.tmpdir"
                    + " names a folder from which programs may be loaded");
        } finally {
            // A copy is not needed any more; Windows keeps what is loaded, and JNA removes that later.
            if (!packaged.getProtocol().equals("file")) {
                file.delete();
            }
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
