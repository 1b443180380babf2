using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.ML.Data;

/// <summary>The label column of training data, which anomaly detection does not have.</summary>
internal static class LabelRole
{
    extension(RoleMappedData data)
    {
        /// <summary>The label column; a column without name and type if there is none.</summary>
        public DataViewSchema.Column LabelOrNone => data.Schema.Label ?? default;
    }
}
