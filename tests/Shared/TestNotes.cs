using System.Runtime.CompilerServices;

namespace Slerp.Tests.Shared;

/// <summary>What engines note about a machine goes into a folder of the test run, not into that of the developer who runs it. Linux; elsewhere it goes where it always goes.</summary>
internal static class TestNotes
{
    [ModuleInitializer]
    internal static void Isolate()
    {
        var folder = new TemporaryFolder();
        Environment.SetEnvironmentVariable("XDG_DATA_HOME", folder.FullPath);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Delete(folder);
    }

    private static void Delete(TemporaryFolder folder)
    {
        try
        {
            folder.Dispose();
        }
        catch (IOException)
        {
            // An engine that nobody disposed may still write into it: it is left to whoever clears temporary files.
        }
    }
}
