using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Slerp.Connector.DependencyInjection;

/// <summary>Options that stand in configuration.</summary>
internal static class SectionOptions
{
    /// <summary>Binds a section that has to be there, and to hold nothing unknown, by the time the options are read: sources may be added until then.</summary>
    public static OptionsBuilder<TOptions> Require<TOptions>(this OptionsBuilder<TOptions> options, IConfiguration section)
        where TOptions : class => options.Validate(
            _ => section is not IConfigurationSection named || named.Exists(),
            $"The configuration section '{(section as IConfigurationSection)?.Path}' does not exist or is empty. Correct its name, or add it; AddSlerp… without a section uses the embedded demonstration model.");
}
