func.func private @fflush(i32) -> i32

func.func @f(%condition: i1) {
  cf.assert %condition, "stop"
  return
}
