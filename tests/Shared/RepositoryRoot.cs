namespace Slerp.Tests.Shared;

/// <summary>The repository the tests were built from.</summary>
internal static class RepositoryRoot
{
    /// <summary>The folder that holds Connector.sln.</summary>
    public static string Path { get; } = Find();

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "Connector.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException("Connector.sln not found above the test assembly: run the tests from a checkout.");
    }
}
