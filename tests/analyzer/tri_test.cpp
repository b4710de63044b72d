// The truth tables of Kleene's three-valued logic, whole.
#include "analyzer/engine/tri.h"

#include <gtest/gtest.h>

namespace exectrail::analyzer {
namespace {

constexpr Tri F = Tri::kFalse, U = Tri::kUnknown, T = Tri::kTrue;

TEST(Tri, Not) {
  EXPECT_EQ(!F, T);
  EXPECT_EQ(!U, U);
  EXPECT_EQ(!T, F);
}

TEST(Tri, AndOr) {
  struct Row {
    Tri a, b, conjunction, disjunction;
  };
  for (const Row& row :
       {Row{F, F, F, F}, Row{F, U, F, U}, Row{F, T, F, T}, Row{U, F, F, U}, Row{U, U, U, U},
        Row{U, T, U, T}, Row{T, F, F, T}, Row{T, U, U, T}, Row{T, T, T, T}}) {
    EXPECT_EQ(both(row.a, row.b), row.conjunction);
    EXPECT_EQ(either(row.a, row.b), row.disjunction);
  }
}

}  // namespace
}  // namespace exectrail::analyzer
