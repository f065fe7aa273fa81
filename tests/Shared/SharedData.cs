namespace Slerp.Tests.Shared;

/// <summary>Finds outside test data: <c>SLERP_SHARED_DATA</c>, or <c>shared/data</c> beside the repository.</summary>
internal static class SharedData
{
    /// <summary>The data folder, or null where it is absent.</summary>
    public static string? Root { get; } = Find();

    /// <summary>Why tests that need the data are skipped, or null where the data is present.</summary>
    public static string? SkipReason { get; } =
        Root is null ? "Outside test data not found: set SLERP_SHARED_DATA to its folder to run this test." : null;

    /// <summary>A path below the data folder.</summary>
    public static string Path(params string[] parts) =>
        System.IO.Path.Combine([Root ?? throw new InvalidOperationException(SkipReason), .. parts]);

    private static string? Find()
    {
        var configured = Environment.GetEnvironmentVariable("SLERP_SHARED_DATA");
        if (!string.IsNullOrEmpty(configured))
        {
            return Directory.Exists(configured) ? configured : null;
        }

        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var candidate = System.IO.Path.Combine(folder.FullName, "shared", "data");
            if (File.Exists(System.IO.Path.Combine(candidate, "README.md")))
            {
                return candidate;
            }
        }

        return null;
    }
}
