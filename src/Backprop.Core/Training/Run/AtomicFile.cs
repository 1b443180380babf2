namespace Backprop.Training;

/// <summary>Replaces a file so that it has the old content or the new one at every moment, whenever the process ends.</summary>
internal static class AtomicFile
{
    /// <summary>Writes another file in the same folder, flushes it to the disk, and renames it.</summary>
    /// <param name="path">The file to replace.</param>
    /// <param name="temporary">The other file. A killed process leaves it behind; it is deleted if writing fails, because half a file
    /// would keep a full disk full.</param>
    /// <param name="write">Writes the new content.</param>
    /// <exception cref="IOException">The disk is full, or a file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder or the file is read-only.</exception>
    public static void Write(string path, string temporary, Action<Stream> write)
    {
        var file = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None);
        try
        {
            using (file)
            {
                write(file);
                file.Flush(flushToDisk: true);
            }
            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }
}
